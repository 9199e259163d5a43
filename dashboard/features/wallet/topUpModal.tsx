/** Topping up: an amount, then Alipay's own cashier page. A double click opens one order. */
import { Button, Form, Modal } from 'antd';
import { useState } from 'react';
import { useAdvertiserId } from '../../lib/acting.ts';
import { api, once, read } from '../../lib/client.ts';
import { fenMoney } from '../../lib/format.ts';
import { useSentForm } from '../../ui/sentForm.ts';
import { YuanInput } from '../../ui/yuanInput.tsx';
import { rememberTopUp } from './pending.ts';
import { useWalletWords } from './words.ts';

const USUAL_FEN = [100_000, 500_000, 1_000_000, 5_000_000];

export function TopUpModal(props: { open: boolean; close: () => void }) {
  const say = useWalletWords();
  const advertiserId = useAdvertiserId();
  const [leaving, setLeaving] = useState(false);
  const { form, save, bind } = useSentForm({
    name: 'top-up',
    run: ({ amountFen }: { amountFen: number }, key) => {
      const json = { advertiserId, amountFen, method: 'page' as const };
      return read(api.wallet['top-ups'].$post({ json }, once(key)));
    },
    done: ({ topUpId, payUrl }) => {
      rememberTopUp(topUpId);
      setLeaving(true);
      window.location.assign(payUrl);
    },
  });
  const busy = save.isPending || leaving;
  return (
    <Modal
      open={props.open}
      title={say('topUp')}
      okText={say(leaving ? 'paying' : 'pay')}
      okButtonProps={{ loading: busy, size: 'large', block: true, style: { margin: 0 } }}
      cancelButtonProps={{ style: { display: 'none' } }}
      onOk={() => form.submit()}
      onCancel={props.close}
      width={440}
    >
      <Form {...bind}>
        <Form.Item
          name="amountFen"
          label={say('amount')}
          extra={say('payHint')}
          rules={[
            { required: true, type: 'number', min: 1, max: 1e10, message: say('amountWrong') },
          ]}
        >
          <YuanInput autoFocus />
        </Form.Item>
        <div className="row" style={{ gap: 8 }}>
          {USUAL_FEN.map((fen) => (
            <Button key={fen} onClick={() => form.setFieldsValue({ amountFen: fen })}>
              {fenMoney(fen).replace('.00', '')}
            </Button>
          ))}
        </div>
      </Form>
    </Modal>
  );
}
