/** An account by kind and, where it is somebody's, by that organisation's name. */

import { useAdvertisers, useOutlets } from '../../lib/parties.ts';
import { useAccountName } from '../../ui/journal.tsx';

export function useOwnerName(): (account: string) => string {
  const name = useAccountName();
  const outlets = useOutlets();
  const advertisers = useAdvertisers();
  return (account) => {
    const [kind = '', id] = account.split(':');
    if (!id) return name(kind);
    const owners = kind === 'payable' ? outlets.data : kind === 'wallet' ? advertisers.data : [];
    const owner = owners?.find((row) => row.id === Number(id));
    return owner ? `${name(kind)} · ${owner.name}` : name(account);
  };
}
