/** Credit, by whose desk it is: the platform grants it, an agency spreads its line. */
import { useMe } from '../../lib/me.ts';
import { AgencyCredit } from './agencyCredit.tsx';
import { CreditDesk } from './creditDesk.tsx';

export const Credit = () => (useMe().kind === 'platform' ? <CreditDesk /> : <AgencyCredit />);
