/** The ways a partner's report comes in: its days pasted, or (the button here) its file. */
import { Button } from 'antd';
import { useFilters } from '../../lib/filters.ts';
import { PartnerReport } from './partnerReport.tsx';
import { usePartnerWords } from './partnerWords.ts';
import { ReportUpload } from './reportUpload.tsx';

export function ReportWays() {
  const say = usePartnerWords();
  const { set } = useFilters();
  return <Button onClick={() => set({ sheet: '1' })}>{say('upload')}</Button>;
}

export function ReportForms() {
  const { filters, set } = useFilters();
  return (
    <>
      <PartnerReport open={filters.report === 'new'} close={() => set({ report: undefined })} />
      <ReportUpload open={filters.sheet === '1'} close={() => set({ sheet: undefined })} />
    </>
  );
}
