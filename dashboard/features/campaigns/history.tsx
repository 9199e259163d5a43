/** Who changed what, newest first, in the words of the audit log. */
import { useQuery } from '@tanstack/react-query';
import { api, read } from '../../lib/client.ts';
import { fenMoney, instant, money } from '../../lib/format.ts';
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
                  {row.userName ?? say('system')} <span className="faint">{row.action}</span>
                  <Changed before={row.before} after={row.after} />
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

const MAX_FIELDS = 5;

/** Of an edit the fields that differ: what was, and what is. */
function Changed({ before, after }: { before: unknown; after: unknown }) {
  const was = (before ?? {}) as Record<string, unknown>;
  const is = (after ?? {}) as Record<string, unknown>;
  const fields = Object.keys(was).filter((name) => name in is);
  if (fields.length === 0) return null;
  return (
    <small className="faint history-fields">
      {fields.slice(0, MAX_FIELDS).map((name) => (
        <span key={name}>
          {name} <s>{written(name, was[name])}</s> → {written(name, is[name])}
        </span>
      ))}
    </small>
  );
}

function written(name: string, value: unknown): string {
  if (name.endsWith('MicroCny') && typeof value === 'string') return money(value);
  if (name.endsWith('Fen') && typeof value === 'number') return fenMoney(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
