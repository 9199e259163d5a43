/**
 * A creative as its readers will meet it, in the surroundings of its format. Owns no truth: the exchange
 * renders the real thing; the 「广告」 mark stands here as it does there (Advertising Law 14).
 */
import type { CreativeContent, Format } from '../../../db/terms/market.ts';
import { defineWords } from '../../lib/words.ts';
import './preview.css';

const useWords = defineWords(
  {
    ad: '广告',
    skip: '跳过 3',
    outlet: '融媒体中心',
    story: '我县“千万工程”再添新样板，乡村夜经济点亮山谷',
    story2: '秋收时节，数字农机开进百亩梯田',
    meta: '融媒体中心 · 12 分钟前',
    article: '清晨六点，集市的第一缕炊烟升起。返乡青年把直播间搬到了田埂上……',
    radio: 'FM 98.6 正在播出',
    spot: '节目间隙 · {{seconds}} 秒',
    print: '今日 · 第四版',
    more: '了解详情',
    alt: '广告画面',
    advertiser: '品牌名称',
    title: '广告标题',
  },
  {
    ad: '广告',
    skip: 'Skip 3',
    outlet: 'County media centre',
    story: 'Terraces lit by night: a village economy finds its evening',
    story2: 'Digital harvesters reach the hundred-acre slopes',
    meta: 'County media centre · 12 min ago',
    article: 'At six the first smoke rises over the market. The young who came home broadcast…',
    radio: 'FM 98.6 on air',
    spot: 'Between programmes · {{seconds}} s',
    print: 'Today · page 4',
    more: 'Learn more',
    alt: 'Advertisement',
    advertiser: 'Brand',
    title: 'Headline',
  },
);

interface Props {
  format: Format;
  content: CreativeContent;
  size?: { w: number; h: number } | undefined;
}

export function CreativePreview(props: Props) {
  switch (props.format) {
    case 'splash':
      return <Splash {...props} />;
    case 'native':
      return <Native {...props} />;
    case 'video':
      return <Video {...props} />;
    case 'audio':
      return <Audio {...props} />;
    case 'dooh':
    case 'spot':
      return <Screen {...props} />;
    case 'post':
    case 'print':
      return <Paper {...props} />;
    default:
      return <Banner {...props} />;
  }
}

function Picture({ content, size }: Props) {
  const say = useWords();
  const ratio = size ? `${size.w} / ${size.h}` : '16 / 9';
  return content.imageUrl ? (
    <img
      className="pv-image"
      src={content.imageUrl}
      alt={say('alt')}
      style={{ aspectRatio: ratio }}
    />
  ) : (
    <span className="pv-image pv-none" style={{ aspectRatio: ratio }}>
      {size ? `${size.w} × ${size.h}` : say('alt')}
    </span>
  );
}

const Ad = () => {
  const say = useWords();
  return (
    <span className="pv-ad" lang="zh-CN">
      {say('ad')}
    </span>
  );
};

function Story({ text }: { text: string }) {
  const say = useWords();
  return (
    <div className="pv-story">
      <p>{text}</p>
      <small>{say('meta')}</small>
    </div>
  );
}

const Phone = (props: { children: React.ReactNode; full?: boolean }) => {
  const say = useWords();
  return (
    <figure className="pv-phone">
      {!props.full && <div className="pv-bar">{say('outlet')}</div>}
      {props.children}
    </figure>
  );
};

function Banner(props: Props) {
  const say = useWords();
  return (
    <Phone>
      <Story text={say('story')} />
      <div className="pv-slot">
        <Picture {...props} />
        <Ad />
      </div>
      <p className="pv-text">{say('article')}</p>
    </Phone>
  );
}

function Native(props: Props) {
  const { content } = props;
  const say = useWords();
  return (
    <Phone>
      <Story text={say('story')} />
      <div className="pv-native">
        <p>{content.title || say('title')}</p>
        <Picture {...props} />
        {content.description && <small className="pv-description">{content.description}</small>}
        <div className="pv-native-foot">
          <small>
            <Ad /> {content.brandName || say('advertiser')}
          </small>
          <span className="pv-action">{content.callToAction || say('more')}</span>
        </div>
      </div>
      <Story text={say('story2')} />
    </Phone>
  );
}

function Splash(props: Props) {
  const say = useWords();
  return (
    <Phone full>
      <div className="pv-splash">
        <Picture {...props} />
        <Ad />
        <span className="pv-skip">{say('skip')}</span>
        <span className="pv-splash-action">{props.content.callToAction || say('more')}</span>
      </div>
    </Phone>
  );
}

function Video(props: Props) {
  const say = useWords();
  const { content } = props;
  return (
    <Phone>
      <div className="pv-video">
        {content.videoUrl ? (
          <video src={content.videoUrl} poster={content.imageUrl} controls muted playsInline />
        ) : (
          <Picture {...props} />
        )}
        <Ad />
        <span className="pv-skip">{say('skip')}</span>
      </div>
      <Story text={say('story')} />
    </Phone>
  );
}

function Audio({ content }: Props) {
  const say = useWords();
  return (
    <figure className="pv-phone pv-radio">
      <small>{say('radio')}</small>
      <div className="pv-waves" aria-hidden="true">
        {Array.from({ length: 28 }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: decoration
          <span key={at} style={{ height: 6 + ((at * 37) % 26) }} />
        ))}
      </div>
      <p>{content.title || say('title')}</p>
      <small>
        <Ad /> {content.brandName || say('advertiser')}
      </small>
      {/* biome-ignore lint/a11y/useMediaCaption: an advertiser's own recording, which has none */}
      {content.audioUrl && <audio src={content.audioUrl} controls />}
    </figure>
  );
}

function Screen(props: Props) {
  const say = useWords();
  const seconds = Math.round((props.content.durationMs ?? 15_000) / 1000);
  return (
    <figure className="pv-screen">
      <div className="pv-screen-glass">
        <Picture {...props} size={props.size ?? { w: 16, h: 9 }} />
        <Ad />
      </div>
      <figcaption>{say('spot', { seconds })}</figcaption>
    </figure>
  );
}

function Paper(props: Props) {
  const say = useWords();
  return (
    <figure className="pv-paper">
      <header>
        <strong>{say('outlet')}</strong>
        <small>{say('print')}</small>
      </header>
      <p className="pv-paper-text">{say('article').repeat(2)}</p>
      <div className="pv-slot">
        <Picture {...props} />
        <Ad />
      </div>
      <p>{props.content.title}</p>
    </figure>
  );
}
