/** An outlet's way in as the API has it: papers, payee, what is missing, how far it has come. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, api, read } from '../../lib/client.ts';
import type { Tone } from '../../ui/page.tsx';

export const admissionOf = api.outlets[':id'].admission;
export type Admission = Answer<Awaited<ReturnType<typeof admissionOf.$get>>>;
export const ADMISSION = ['outlets', 'admission'];
export const STAGES = ['draft', 'submitted', 'approved', 'signed', 'active'] as const;
export const ADMISSION_TONES: Record<Admission['status'], Tone> = {
  draft: 'warn',
  submitted: 'busy',
  approved: 'warn',
  signed: 'busy',
  active: 'good',
};

export const useAdmission = (outletId: number) =>
  useQuery({
    queryKey: [...ADMISSION, outletId],
    enabled: outletId > 0,
    queryFn: () => read(admissionOf.$get({ param: { id: String(outletId) } })),
  });
