/** What an outlet said of itself, for itself and for those who look at it. */
import { Facts } from '../../ui/page.tsx';
import type { Admission } from './data.ts';
import { useAdmissionWords } from './words.ts';

export const PAPER_KINDS = ['business_licence', 'icp', 'news', 'broadcast', 'other'] as const;
const isKnown = (kind: string): kind is (typeof PAPER_KINDS)[number] =>
  (PAPER_KINDS as readonly string[]).includes(kind);

export function AdmissionFacts({ admission }: { admission: Admission }) {
  const say = useAdmissionWords();
  const given = (text: string | null) => text ?? say('none');
  return (
    <Facts
      items={[
        [say('creditCode'), given(admission.creditCode)],
        [say('contactName'), given(admission.contactName)],
        [say('contactPhone'), given(admission.contactPhone)],
        [say('payeeName'), given(admission.payeeName)],
        [say('payeeAccount'), given(admission.payeeAlipayAccount)],
        ...admission.qualifications.map(
          ({ kind, number, expiresOn }) =>
            [
              isKnown(kind) ? say(kind) : kind,
              `${number}${expiresOn ? ` · ${expiresOn}` : ''}`,
            ] as const,
        ),
      ]}
    />
  );
}
