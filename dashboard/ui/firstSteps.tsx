/** What is still to be done before a new desk earns or spends: each step with its place, those that are done ticked off. */
import { CheckCircleFilled } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { Panel } from './page.tsx';
import './firstSteps.css';

export interface FirstStep {
  title: string;
  hint: string;
  to: string;
  search?: Record<string, string>;
  done: boolean;
}

/** Nothing once everything is done: then the desk speaks for itself. */
export function FirstSteps({ title, steps }: { title: string; steps: readonly FirstStep[] }) {
  if (steps.every((step) => step.done)) return null;
  const next = steps.findIndex((step) => !step.done);
  return (
    <Panel title={title}>
      <ol className="first-steps">
        {steps.map((step, at) => (
          <li
            key={step.title}
            data-done={step.done || undefined}
            data-next={at === next || undefined}
          >
            <Link to={step.to} search={(step.search ?? {}) as never}>
              <span className="first-step-mark number">
                {step.done ? <CheckCircleFilled /> : at + 1}
              </span>
              <span>
                <strong>{step.title}</strong>
                <br />
                <span className="faint small">{step.hint}</span>
              </span>
            </Link>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
