/** Who changed what, newest first, in the words of the audit log. */
import { useQuery } from '@tanstack/react-query';
import { api, read } from '../../lib/client.ts';
import { instant } from '../../lib/format.ts';
import { Loaded } from '../../ui/states.tsx';
import { useCampaignWords } from './words.ts';

export function History({ kind, id }: { kind: 'campaigns' | 'line-items'; id: string }) {
  const say = useCampaignWords();
  const query = useQuery({
    queryKey: [kind, id, 'history'],
    queryFn: () => read(api[kind][':id'].history.$get({ param: { id }, query: { limit: '20' } })),
  });
  return (
    <Loaded query={query} lines={2}>
      {(page) =>
        page.items.length === 0 ? (
          <p className="faint">{say('noHistory')}</p>
        ) : (
          <ol className="stack" style={{ gap: 8 }}>
            {page.items.map((row) => (
              <li key={row.id} className="row row-between">
                <span>
                  {row.userName ?? '—'} <span className="faint">{row.action}</span>
                </span>
                <span className="faint small number">{instant(row.at)}</span>
              </li>
            ))}
          </ol>
        )
      }
    </Loaded>
  );
}
