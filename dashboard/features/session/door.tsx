/** The frame of the pages before sign-in: the province in tiles beside a form. */
import type { ReactNode } from 'react';
import { chooseLanguage, useLanguage } from '../../lib/words.ts';
import { Brand } from '../../ui/brand.tsx';
import { ZHEJIANG_TILES } from '../../ui/tileLayout.ts';
import { useSessionWords } from './words.ts';
import './door.css';

/** Chun'an, the county of a thousand islands. */
const LIT = '330127';

/** A quiet, fixed shimmer: the same tiles glow for everyone. */
const glow = (code: string) => (Number(code) * 2654435761) % 97;

export function Door(props: { title: string; hint: string; children: ReactNode; foot: ReactNode }) {
  const say = useSessionWords();
  const language = useLanguage();
  return (
    <main className="door">
      <section className="door-art" aria-hidden="true">
        <div className="door-tiles">
          {ZHEJIANG_TILES.map((tile) => (
            <span
              key={tile.code}
              style={{
                gridColumn: tile.col + 1,
                gridRow: tile.row + 1,
                opacity: tile.code === LIT ? 1 : 0.16 + (glow(tile.code) % 7) * 0.1,
                animationDelay: `${(glow(tile.code) % 29) * -0.4}s`,
              }}
              data-lit={tile.code === LIT || undefined}
            />
          ))}
        </div>
        <div className="door-words">
          <p className="door-tagline">{say('tagline')}</p>
          <p className="door-pitch">{say('pitch')}</p>
        </div>
      </section>
      <section className="door-form">
        <header className="row row-between">
          <span className="door-brand">
            <Brand size={34} />
            <span>
              {say('name')}
              {language === 'zh' && <small>HONGZE</small>}
            </span>
          </span>
          <LanguageSwitch />
        </header>
        <div className="door-card">
          <h1>{props.title}</h1>
          <p className="faint">{props.hint}</p>
          {props.children}
        </div>
        <footer>{props.foot}</footer>
      </section>
    </main>
  );
}

export function LanguageSwitch() {
  const language = useLanguage();
  const other = language === 'zh' ? 'en' : 'zh';
  return (
    <button
      type="button"
      className="language-switch"
      lang={other === 'zh' ? 'zh-CN' : 'en'}
      onClick={() => chooseLanguage(other)}
    >
      {other === 'zh' ? '中文' : 'English'}
    </button>
  );
}
