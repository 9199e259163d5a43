/** Help in place: what this screen is for, how one goes about it, what its words mean. Fetched when asked for. */
import { QuestionCircleOutlined } from '@ant-design/icons';
import { useLocation } from '@tanstack/react-router';
import { Button, Drawer, Tooltip } from 'antd';
import { useEffect, useState } from 'react';
import { defineWords, useLanguage } from '../../lib/words.ts';
import { Loading } from '../../ui/states.tsx';
import type { Topic } from './topic.ts';
import './help.css';

const useWords = defineWords(
  { help: '本页帮助', terms: '名词', none: '这一页没有专门的说明。', api: '接口文档' },
  { help: 'Help', terms: 'Terms', none: 'There is no note on this page.', api: 'API reference' },
);

/** `?` opens it from the keyboard, unless somebody is typing. */
function useQuestionMark(open: () => void) {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const typing = event.target instanceof Element && event.target.closest('input, textarea');
      if (event.key === '?' && !typing) open();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [open]);
}

export function HelpButton() {
  const say = useWords();
  const [open, setOpen] = useState(false);
  useQuestionMark(() => setOpen(true));
  return (
    <>
      <Tooltip title={`${say('help')} ?`}>
        <Button
          type="text"
          size="small"
          icon={<QuestionCircleOutlined />}
          aria-label={say('help')}
          onClick={() => setOpen(true)}
        />
      </Tooltip>
      <Drawer open={open} onClose={() => setOpen(false)} size={400} title={say('help')}>
        {open && <Text />}
      </Drawer>
    </>
  );
}

function Text() {
  const say = useWords();
  const language = useLanguage();
  const screen = useLocation({ select: ({ pathname }) => pathname.split('/')[1] ?? '' });
  const [topics, setTopics] = useState<Record<string, Topic>>();
  useEffect(() => void import('./topics.ts').then((module) => setTopics(module.TOPICS)), []);
  if (!topics) return <Loading />;
  const topic = topics[screen]?.[language];
  return (
    <div className="help">
      {topic ? (
        <>
          <p className="help-what">{topic.what}</p>
          <ol>
            {topic.steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
          {topic.terms && (
            <dl>
              {topic.terms.map(([term, meaning]) => (
                <div key={term}>
                  <dt>{term}</dt>
                  <dd>{meaning}</dd>
                </div>
              ))}
            </dl>
          )}
        </>
      ) : (
        <p className="faint">{say('none')}</p>
      )}
      <p className="faint small">
        <a href="/api/docs" target="_blank" rel="noreferrer">
          {say('api')}
        </a>
      </p>
    </div>
  );
}
