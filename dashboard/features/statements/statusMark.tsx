/** A statement's state and, as a line of steps, how far it has come. */
import { instant } from '../../lib/format.ts';
import { Mark, type Tone } from '../../ui/page.tsx';
import { useStatementStatus } from './words.ts';
import './steps.css';

const TONES: Record<string, Tone> = {
  draft: 'quiet',
  frozen: 'warn',
  outlet_confirmed: 'busy',
  disputed: 'bad',
  superseded: 'quiet',
  approved: 'busy',
  paying: 'busy',
  paid: 'good',
  reconciled: 'good',
};

export function StatementMark({ status }: { status: string }) {
  const label = useStatementStatus();
  return <Mark tone={TONES[status] ?? 'quiet'}>{label(status)}</Mark>;
}

const WAY = ['draft', 'frozen', 'outlet_confirmed', 'approved', 'paid', 'reconciled'];
const AT: Record<string, number> = { disputed: 1, superseded: 1, paying: 3 };

export function StatementSteps(props: {
  status: string;
  events: readonly { status: string; at: string }[];
}) {
  const label = useStatementStatus();
  const reached = AT[props.status] ?? WAY.indexOf(props.status);
  const when = new Map(props.events.map((event) => [event.status, event.at]));
  return (
    <ol className="steps">
      {WAY.map((step, at) => (
        <li key={step} data-state={at < reached ? 'done' : at === reached ? 'now' : 'ahead'}>
          <span className="steps-name">
            {label(at === reached && AT[props.status] !== undefined ? props.status : step)}
          </span>
          <span className="steps-when number">
            {at <= reached && instant(when.get(step) ?? '')}
          </span>
        </li>
      ))}
    </ol>
  );
}
