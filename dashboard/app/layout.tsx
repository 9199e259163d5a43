/** The room around every screen: menu, account, and what befalls the whole page. */
import { LogoutOutlined, MenuOutlined, TranslationOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useNavigate, useRouterState } from '@tanstack/react-router';
import { Button, Drawer } from 'antd';
import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from 'react';
import { HelpButton } from '../features/help/help.tsx';
import { deskOf, type Me } from '../lib/me.ts';
import { auth } from '../lib/session.ts';
import { chooseLanguage, useLanguage } from '../lib/words.ts';
import { Brand } from '../ui/brand.tsx';
import { useNarrow } from '../ui/useNarrow.ts';
import { ExpiredSession } from './expiredSession.tsx';
import { EVERYONE, type MenuItem, menuOf } from './menu.tsx';
import { OrganisationSwitch } from './organisationSwitch.tsx';
import { ProofNotice } from './proofNotice.tsx';
import { Waiting, WaitingBell } from './waiting.tsx';
import { useShellWords } from './words.ts';
import './layout.css';

export function Layout({ me }: { me: Me }) {
  const say = useShellWords();
  const narrow = useNarrow();
  const items = menuOf(me);
  /** Which address is on the screen, not only asked for. */
  const shown = useRouterState({
    select: ({ status, resolvedLocation }) =>
      status === 'idle' ? resolvedLocation?.href : undefined,
  });
  return (
    <div className="shell">
      <a className="skip" href="#content">
        {say('skip')}
      </a>
      {narrow ? <PhoneBar me={me} /> : <Side me={me} items={items} />}
      <main id="content" className="shell-content" tabIndex={-1} data-shown={shown}>
        <OfflineNotice />
        <ProofNotice />
        <Outlet />
      </main>
      {narrow && <Tabs me={me} items={items} />}
      <ExpiredSession email={me.email} />
    </div>
  );
}

function Side({ me, items }: { me: Me; items: readonly MenuItem[] }) {
  const say = useShellWords();
  return (
    <aside className="side">
      <Link to="/" className="side-brand">
        <Brand />
        <span>{say('name')}</span>
        <small>{say(me.kind === 'agency' ? 'agency' : deskOf(me))}</small>
      </Link>
      <nav aria-label={say('mainMenu')}>
        <Waiting />
        <Items items={items} />
        <hr />
        <Items items={EVERYONE} />
      </nav>
      <footer className="side-foot">
        <OrganisationSwitch me={me} />
        <Acting me={me} />
        <p className="faint small">{me.userName}</p>
        <div className="side-actions">
          <LanguageButton />
          <HelpButton />
          <SignOutButton />
        </div>
      </footer>
    </aside>
  );
}

const ActingSwitch = lazy(async () => ({
  default: (await import('./actingSwitch.tsx')).ActingSwitch,
}));

/** Few organisations have several outlets or advertisers: the switch is fetched for them alone. */
function Acting({ me }: { me: Me }) {
  if (me.outletIds.length < 2 && me.advertiserIds.length < 2) return null;
  return (
    <Suspense fallback={null}>
      <ActingSwitch />
    </Suspense>
  );
}

function Items({ items }: { items: readonly MenuItem[] }) {
  const say = useShellWords();
  return (
    <ul>
      {items.map(({ to, word, icon: Icon }) => (
        <li key={to}>
          <Link to={to} className="side-item" activeProps={{ 'data-active': true }}>
            <Icon />
            {say(word)}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function PhoneBar({ me }: { me: Me }) {
  const say = useShellWords();
  return (
    <header className="phone-bar">
      <Link to="/" className="side-brand">
        <Brand size={24} />
        <span>{say('name')}</span>
      </Link>
      <span className="phone-organisation">{me.organizationName}</span>
      <HelpButton />
      <WaitingBell />
    </header>
  );
}

const TAB_COUNT = 4;

function Tabs({ me, items }: { me: Me; items: readonly MenuItem[] }) {
  const say = useShellWords();
  const [open, setOpen] = useState(false);
  const path = useLocation({ select: (location) => location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of page closes the menu
  useEffect(() => setOpen(false), [path]);
  const rest = [...items.slice(TAB_COUNT), ...EVERYONE];
  return (
    <nav className="tabs" aria-label={say('mainMenu')}>
      {items.slice(0, TAB_COUNT).map(({ to, word, icon: Icon }) => (
        <Link key={to} to={to} className="tab" activeProps={{ 'data-active': true }}>
          <Icon />
          {say(word)}
        </Link>
      ))}
      <button type="button" className="tab" aria-expanded={open} onClick={() => setOpen(true)}>
        <MenuOutlined />
        {say('more')}
      </button>
      <Drawer
        open={open}
        onClose={() => setOpen(false)}
        placement="bottom"
        size="auto"
        title={me.organizationName}
      >
        <Items items={rest} />
        <OrganisationSwitch me={me} />
        <Acting me={me} />
        <div className="side-actions">
          <LanguageButton />
          <SignOutButton />
        </div>
      </Drawer>
    </nav>
  );
}

function LanguageButton() {
  const language = useLanguage();
  const say = useShellWords();
  return (
    <Button
      type="text"
      size="small"
      icon={<TranslationOutlined />}
      onClick={() => chooseLanguage(language === 'zh' ? 'en' : 'zh')}
    >
      {say('language')}
    </Button>
  );
}

function SignOutButton() {
  const say = useShellWords();
  const navigate = useNavigate();
  const client = useQueryClient();
  const leave = async () => {
    await auth.signOut();
    await navigate({ to: '/sign-in' });
    client.clear();
  };
  return (
    <Button type="text" size="small" icon={<LogoutOutlined />} onClick={() => void leave()}>
      {say('signOut')}
    </Button>
  );
}

function OfflineNotice() {
  const say = useShellWords();
  const online = useSyncExternalStore(
    (listener) => {
      window.addEventListener('online', listener);
      window.addEventListener('offline', listener);
      return () => {
        window.removeEventListener('online', listener);
        window.removeEventListener('offline', listener);
      };
    },
    () => navigator.onLine,
  );
  return online ? null : (
    <p className="offline" role="status">
      {say('offline')}
    </p>
  );
}
