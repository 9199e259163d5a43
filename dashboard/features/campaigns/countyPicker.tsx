/**
 * Where to advertise, three ways to say it: by tile map, by list, by paste. Owns the selection's undo;
 * its value is county codes (the form folds whole cities when it stores them).
 */
import { UndoOutlined } from '@ant-design/icons';
import { Button, Input, Segmented, Tree } from 'antd';
import { useMemo, useState } from 'react';
import { useFilters } from '../../lib/filters.ts';
import { useLanguage } from '../../lib/words.ts';
import { type CountyBook, readPaste } from '../../ui/counties.ts';
import { TileMap } from '../../ui/tileMap.tsx';
import { usePickerWords } from './pickerWords.ts';
import './countyPicker.css';

interface Props {
  book: CountyBook;
  value?: readonly string[];
  onChange?: (codes: string[]) => void;
}

type Way = 'map' | 'tree' | 'paste';

export function CountyPicker({ book, value = [], onChange }: Props) {
  const say = usePickerWords();
  const { filters, set } = useFilters();
  const way = (['map', 'tree', 'paste'] as const).find((w) => w === filters.picker) ?? 'map';
  const [past, setPast] = useState<string[][]>([]);
  const picked = useMemo(() => new Set(value), [value]);
  const choose = (codes: Iterable<string>) => {
    setPast((steps) => [...steps.slice(-19), [...value]]);
    onChange?.([...codes].sort());
  };
  const undo = () => {
    const last = past.at(-1);
    if (!last) return;
    setPast(past.slice(0, -1));
    onChange?.(last);
  };
  const all = book.counties.length;
  return (
    <div className="picker">
      <div className="row row-between">
        <Segmented<Way>
          value={way}
          onChange={(next) => set({ picker: next === 'map' ? undefined : next })}
          options={(['map', 'tree', 'paste'] as const).map((w) => ({ value: w, label: say(w) }))}
        />
        <span className="row" style={{ gap: 4 }}>
          <Button
            type="text"
            size="small"
            icon={<UndoOutlined />}
            disabled={past.length === 0}
            aria-label={say('undo')}
            onClick={undo}
          />
          <Button
            type="text"
            size="small"
            onClick={() => choose(book.counties.map((county) => county.code))}
          >
            {say('all')}
          </Button>
          <Button type="text" size="small" onClick={() => choose([])}>
            {say('none')}
          </Button>
        </span>
      </div>
      {way === 'map' && <ByMap book={book} picked={picked} choose={choose} />}
      {way === 'tree' && <ByTree book={book} picked={picked} choose={choose} />}
      {way === 'paste' && <ByPaste book={book} picked={picked} choose={choose} />}
      <p className="faint small" aria-live="polite">
        {picked.size === all ? say('chosenAll', { all }) : say('chosen', { n: picked.size, all })}
      </p>
    </div>
  );
}

interface WayProps {
  book: CountyBook;
  picked: ReadonlySet<string>;
  choose: (codes: Iterable<string>) => void;
}

const toggled = (picked: ReadonlySet<string>, codes: readonly string[]): Set<string> => {
  const next = new Set(picked);
  const remove = codes.every((code) => next.has(code));
  for (const code of codes) remove ? next.delete(code) : next.add(code);
  return next;
};

function ByMap({ book, picked, choose }: WayProps) {
  const say = usePickerWords();
  const language = useLanguage();
  return (
    <div className="picker-map">
      <TileMap
        counties={book.counties}
        label={say('mapLabel')}
        picked={picked}
        onPick={(code) => choose(toggled(picked, [code]))}
      />
      <ul className="picker-cities">
        {book.cities.map((city) => {
          const inside = city.counties.filter((code) => picked.has(code)).length;
          const name = language === 'zh' ? city.nameZh.replace(/市$/, '') : city.nameEn;
          return (
            <li key={city.code}>
              <button
                type="button"
                title={say('city', { name })}
                data-state={
                  inside === 0 ? 'none' : inside === city.counties.length ? 'all' : 'some'
                }
                onClick={() => choose(toggled(picked, city.counties))}
              >
                {name}
                <span className="number">
                  {inside}/{city.counties.length}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function ByTree({ book, picked, choose }: WayProps) {
  const say = usePickerWords();
  const language = useLanguage();
  const [word, setWord] = useState('');
  const nameOf = (d: { nameZh: string; nameEn: string }) =>
    language === 'zh' ? d.nameZh : d.nameEn;
  const matches = (text: string) => text.toLowerCase().includes(word.trim().toLowerCase());
  const nodes = book.cities.flatMap((city) => {
    const whole = matches(`${city.nameZh} ${city.nameEn} ${city.code}`);
    const children = city.counties.flatMap((code) => {
      const county = book.byCode.get(code);
      return county && (whole || matches(`${county.nameZh} ${county.nameEn} ${code}`))
        ? [{ key: code, title: nameOf(county) }]
        : [];
    });
    return children.length > 0 ? [{ key: city.code, title: nameOf(city), children }] : [];
  });
  const shown = new Set(nodes.flatMap((node) => node.children.map((child) => child.key)));
  return (
    <div className="stack" style={{ gap: 8 }}>
      <Input
        allowClear
        value={word}
        placeholder={say('search')}
        aria-label={say('search')}
        onChange={(event) => setWord(event.target.value)}
      />
      <Tree
        className="picker-tree"
        checkable
        selectable={false}
        height={340}
        virtual
        key={word ? 'filtered' : 'all'}
        defaultExpandAll={word !== ''}
        checkedKeys={[...picked].filter((code) => shown.has(code))}
        treeData={nodes}
        onCheck={(keys) => {
          const checked = (Array.isArray(keys) ? keys : keys.checked).map(String);
          const hidden = [...picked].filter((code) => !shown.has(code));
          choose([...hidden, ...checked.filter((code) => shown.has(code))]);
        }}
      />
    </div>
  );
}

function ByPaste({ book, picked, choose }: WayProps) {
  const say = usePickerWords();
  const [text, setText] = useState('');
  const [result, setResult] = useState<{ added: number; unknown: string[] }>();
  const add = () => {
    const { codes, unknown } = readPaste(text, book);
    const next = new Set([...picked, ...codes]);
    setResult({ added: next.size - picked.size, unknown });
    if (codes.length > 0) choose(next);
    setText(unknown.join('\n'));
  };
  return (
    <div className="stack" style={{ gap: 8 }}>
      <p className="faint small">{say('pasteHint')}</p>
      <Input.TextArea
        rows={8}
        value={text}
        placeholder={say('pasteExample')}
        aria-label={say('paste')}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="row">
        <Button type="primary" disabled={!text.trim()} onClick={add}>
          {say('pasteAdd')}
        </Button>
        {result && (
          <span role="status">
            {say('pasteDone', { n: result.added })}
            {result.unknown.length > 0 && (
              <span className="negative">
                {' '}
                {say('pasteUnknown', { words: result.unknown.slice(0, 8).join('、') })}
              </span>
            )}
          </span>
        )}
      </div>
    </div>
  );
}
