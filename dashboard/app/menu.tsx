/** What stands in each desk's menu; the first four are a phone's tabs. */
import {
  AccountBookOutlined,
  ApiOutlined,
  AppstoreOutlined,
  AreaChartOutlined,
  AuditOutlined,
  BlockOutlined,
  BookOutlined,
  CalendarOutlined,
  CheckSquareOutlined,
  CreditCardOutlined,
  DashboardOutlined,
  DiffOutlined,
  ExclamationCircleOutlined,
  FileDoneOutlined,
  FileProtectOutlined,
  FundProjectionScreenOutlined,
  HeartOutlined,
  IdcardOutlined,
  InteractionOutlined,
  LockOutlined,
  MessageOutlined,
  NodeIndexOutlined,
  PayCircleOutlined,
  PictureOutlined,
  PoweroffOutlined,
  SafetyCertificateOutlined,
  SafetyOutlined,
  ScheduleOutlined,
  SendOutlined,
  ShopOutlined,
  SolutionOutlined,
  SwapOutlined,
  TagsOutlined,
  TeamOutlined,
  UsergroupAddOutlined,
  WalletOutlined,
} from '@ant-design/icons';
import type { ComponentType } from 'react';
import { type Desk, deskOf, type Me } from '../lib/me.ts';
import type { ShellWord } from './words.ts';

export interface MenuItem {
  to: string;
  word: ShellWord;
  icon: ComponentType;
  /** Of a desk that several kinds share, for this one only. */
  only?: Me['kind'];
}

const item = (to: string, word: ShellWord, icon: ComponentType): MenuItem => ({ to, word, icon });

const MENUS: Record<Desk, readonly MenuItem[]> = {
  advertiser: [
    item('/overview', 'overview', DashboardOutlined),
    item('/campaigns', 'campaigns', AppstoreOutlined),
    item('/creatives', 'creatives', PictureOutlined),
    item('/wallet', 'wallet', WalletOutlined),
    { ...item('/credit', 'credit', CreditCardOutlined), only: 'agency' },
    item('/plans', 'plans', ScheduleOutlined),
    item('/audiences', 'audiences', UsergroupAddOutlined),
    item('/invoices', 'invoices', AccountBookOutlined),
    item('/orders', 'orders', CalendarOutlined),
    item('/deals', 'deals', SwapOutlined),
    item('/reports', 'reports', AreaChartOutlined),
    item('/papers', 'papers', SafetyCertificateOutlined),
    item('/feedback', 'feedback', MessageOutlined),
  ],
  outlet: [
    item('/income', 'income', DashboardOutlined),
    item('/placements', 'placements', BlockOutlined),
    item('/calendar', 'calendar', CalendarOutlined),
    item('/statements', 'statements', FileDoneOutlined),
    item('/contracts', 'contracts', FileProtectOutlined),
    item('/invoices', 'invoices', AccountBookOutlined),
    item('/rate-card', 'rateCard', TagsOutlined),
    item('/deals', 'deals', SwapOutlined),
    item('/creatives-shown', 'shown', PictureOutlined),
    item('/feedback', 'feedback', MessageOutlined),
    item('/admission', 'admission', SolutionOutlined),
  ],
  finance: [
    item('/statements', 'statements', FileDoneOutlined),
    item('/payouts', 'payouts', SendOutlined),
    item('/reconciliation', 'reconciliation', DiffOutlined),
    item('/nettings', 'nettings', InteractionOutlined),
    item('/close', 'close', CheckSquareOutlined),
    item('/top-ups', 'topUps', PayCircleOutlined),
    item('/credit', 'credit', CreditCardOutlined),
    item('/invoices', 'invoices', AccountBookOutlined),
    item('/orders', 'orderDesk', CalendarOutlined),
    item('/outlets', 'outlets', ShopOutlined),
    item('/contracts', 'contracts', FileProtectOutlined),
    item('/ledger', 'ledger', BookOutlined),
    item('/refusals', 'refusals', ExclamationCircleOutlined),
  ],
  operator: [
    item('/live', 'live', FundProjectionScreenOutlined),
    item('/review', 'review', AuditOutlined),
    item('/feedback', 'feedback', MessageOutlined),
    item('/outlets', 'outlets', ShopOutlined),
    item('/contracts', 'contracts', FileProtectOutlined),
    item('/advertisers', 'advertisers', IdcardOutlined),
    item('/papers', 'papers', SafetyCertificateOutlined),
    item('/orders', 'orderDesk', CalendarOutlined),
    item('/deals', 'deals', SwapOutlined),
    item('/partners', 'partners', ApiOutlined),
    item('/stops', 'stops', PoweroffOutlined),
    item('/refusals', 'refusals', ExclamationCircleOutlined),
    item('/health', 'health', HeartOutlined),
    item('/audit', 'audit', SafetyOutlined),
  ],
};

export const menuOf = (me: Me): readonly MenuItem[] =>
  MENUS[deskOf(me)].filter(({ only }) => only === undefined || only === me.kind);

export const EVERYONE: readonly MenuItem[] = [
  item('/members', 'members', TeamOutlined),
  item('/integrations', 'integrations', NodeIndexOutlined),
  item('/account', 'account', LockOutlined),
];
