/**
 * The tag on outlets' pages: `<script async src="…/tag.js" data-placement="201" data-size="300x250">`. Served as it stands,
 * as a classic script. Owns the box on the page: reserved at once so that nothing jumps, filled when it comes near the view,
 * closed by one click. What an advertiser wrote stays in a sandboxed frame or is set as text; it never becomes the page's.
 */
(() => {
  const script = document.currentScript;
  if (!script?.dataset.placement || script.dataset.hongze === 'done') return;
  script.dataset.hongze = 'done';
  const origin = new URL(script.src).origin;
  const option = script.dataset;
  const english = (document.documentElement.lang || 'zh').startsWith('en');
  const say = (zh, en) => (english ? en : zh);

  const element = (name, style, text) => {
    const made = document.createElement(name);
    if (style) made.style.cssText = style;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  /** An address of the web, or nothing: what a partner wrote must not become the page's script. */
  const web = (text) => {
    try {
      const { protocol, href } = new URL(String(text).trim());
      return protocol === 'https:' || protocol === 'http:' ? href : '';
    } catch {
      return '';
    }
  };
  const fire = (text) => {
    const url = web(text);
    if (url) new Image().src = url;
  };

  // The box. Its ratio is fixed from the first moment: `data-size`, or what suits the column's width.
  const column = script.parentElement?.clientWidth || window.innerWidth;
  function wantedSizes() {
    const list = (option.size || '')
      .split(',')
      .map((text) => text.trim().split('x').map(Number))
      .filter(([w, h]) => w > 0 && h > 0);
    return list.length > 0 ? list : [column < 480 ? [320, 100] : [300, 250]];
  }
  const sizes = wantedSizes();
  const fitting = sizes.filter(([w]) => w <= column).sort((a, b) => b[0] * b[1] - a[0] * a[1]);
  // A tag that reserves its room by its own style (see the demo pages) has already decided.
  const [boxW, boxH] = (script.offsetHeight > 0 ? sizes[0] : fitting[0]) || sizes[0];
  function reserve() {
    const made = element(
      'div',
      `position:relative;width:100%;max-width:${boxW}px;aspect-ratio:${boxW}/${boxH};overflow:hidden;` +
        'margin:0 auto;background:#f4f5f7;contain:layout paint;font:13px/1.5 system-ui,sans-serif;color:#1d2129',
    );
    made.setAttribute('role', 'complementary');
    made.setAttribute('aria-label', say('广告', 'Advertisement'));
    script.insertAdjacentElement('beforebegin', made);
    return made;
  }
  const box = reserve();
  script.style.display = 'none';

  const store = {
    get: (key) => {
      try {
        return localStorage.getItem(key);
      } catch {
        return null;
      }
    },
    set: (key, value) => {
      try {
        localStorage.setItem(key, value);
      } catch {
        // A reader who keeps no storage is simply not known.
      }
    },
  };

  /** What this browser's reader will not see again: campaigns by number, others' ads by domain. A wish, not an identifier. */
  function refused() {
    try {
      const list = JSON.parse(store.get('hongze.refused') || '[]');
      return Array.isArray(list) ? list.filter((each) => typeof each === 'string').slice(-50) : [];
    } catch {
      return [];
    }
  }

  function refuse(bid) {
    const what = bid.cid && bid.cid !== '0' ? bid.cid : bid.adomain?.[0];
    if (what) store.set('hongze.refused', JSON.stringify([...new Set([...refused(), what])]));
  }

  /** An identifier only with the reader's consent, and never after an opt-out. */
  function reader() {
    const optedOut = store.get('hongze.optout') === '1' || navigator.globalPrivacyControl === true;
    const list = refused();
    const spared = list.length > 0 ? { refused: list } : {};
    const division = option.division ? { divisionCode: option.division } : {};
    if (optedOut) return { ext: { optout: 1, ...spared } };
    if (option.consent !== '1') return { ext: { ...division, ...spared } };
    let id = store.get('hongze.reader');
    if (!id) {
      id = crypto.randomUUID?.() || String(Math.random()).slice(2);
      store.set('hongze.reader', id);
    }
    return { id, consent: '1', ext: { ...division, ...spared } };
  }

  function bidRequest() {
    const imp = {
      id: '1',
      tagid: option.placement,
      secure: location.protocol === 'https:' ? 1 : 0,
      // Without `data-size` the sizes registered with the placement hold (2.6 §3.2.10: by ratio).
      banner: {
        format: option.size
          ? sizes.map(([w, h]) => ({ w, h }))
          : [{ wratio: 1, hratio: 1, wmin: 1 }],
      },
      video: {
        mimes: ['video/mp4', 'video/webm'],
        w: boxW,
        h: boxH,
        protocols: [2, 3, 5, 6, 7, 8, 11, 12, 13, 14],
        skip: 1,
      },
      audio: { mimes: ['audio/mpeg', 'audio/mp4'] },
      native: { request: JSON.stringify(window.hongze.native.request) },
    };
    return {
      id: `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 10)}`,
      at: 1,
      tmax: 1000,
      cur: ['CNY'],
      imp: [imp],
      site: {
        page: location.href.split('#')[0],
        domain: location.hostname,
        ref: document.referrer,
        keywords: document.querySelector('meta[name=keywords]')?.content,
      },
      device: {
        ua: navigator.userAgent,
        language: navigator.language,
        w: screen.width,
        h: screen.height,
      },
      user: reader(),
      ...(option.test === '1' ? { test: 1 } : {}),
    };
  }

  function houseMessage() {
    box.replaceChildren(
      element(
        'div',
        'position:absolute;inset:0;display:flex;align-items:center;justify-content:center;text-align:center;padding:12px;' +
          'background:linear-gradient(135deg,#0b5d4b,#1f9d7a);color:#fff;font-weight:600;letter-spacing:.08em;' +
          `font-size:${Math.round(Math.max(16, Math.min(32, box.clientWidth / 20)))}px`,
        say('讲文明 树新风', 'A kinder city begins with us'),
      ),
      mark(say('公益广告', 'Public service')),
    );
  }

  const mark = (text) =>
    element(
      'span',
      'position:absolute;left:0;bottom:0;padding:2px 5px;background:rgba(0,0,0,.55);color:#fff;' +
        'font-size:11px;line-height:1.3;border-top-right-radius:4px;pointer-events:none',
      text,
    );

  /** What an ad is marked as: our own creatives say so themselves, a partner has no say in it. */
  const ours = ({ bid }, said) => (bid.cid && bid.cid !== '0' && said) || say('广告', 'Ad');

  function button(label, text, style, act) {
    const made = element('button', `border:0;cursor:pointer;padding:0;${style}`, text);
    made.type = 'button';
    made.setAttribute('aria-label', label);
    made.addEventListener('click', (event) => {
      event.stopPropagation();
      event.preventDefault();
      act();
    });
    return made;
  }

  const dark =
    'background:rgba(0,0,0,.45);color:#fff;width:24px;height:24px;font:15px/24px system-ui;';

  /** A line a reason, in the review desk's own words (wire/feedback.ts). */
  function reasonList(line) {
    const list = element('div', 'display:none;padding-left:12px');
    for (const [reason, zh, en] of [
      ['misleading', '内容虚假或误导', 'Misleading'],
      ['offensive', '令人不适', 'Offensive'],
      ['illegal', '涉嫌违法', 'Illegal'],
      ['minors', '不适合未成年人', 'Not for children'],
      ['repetitive', '反复出现', 'Shown too often'],
      ['other', '其他', 'Something else'],
    ])
      list.append(line(say(zh, en), reason));
    return list;
  }

  /** Why this ad, not interested, report: each one click away, each answered at once. */
  function menu(ad) {
    const list = element(
      'div',
      'position:absolute;inset:0;background:rgba(255,255,255,.97);padding:10px 14px;overflow:auto;display:none',
    );
    const note = element('p', 'margin:0 0 6px;font-size:12px', '');
    const row = (text, act) =>
      button(
        text,
        text,
        'display:block;width:100%;text-align:left;padding:4px 0;background:none;color:#165dff;font:inherit',
        act,
      );
    const send = (what, answer, reason = '') => {
      fire(`${origin}/t/f?t=${ad.token}&what=${what}${reason && `&reason=${reason}`}`);
      note.textContent = answer;
      if (what === 'why') return;
      refuse(ad.bid);
      setTimeout(close, 1200);
    };
    const choice = (what, text, answer) => row(text, () => send(what, answer));
    const reasons = reasonList((text, reason) =>
      row(text, () => send('report', say('已提交审核', 'Sent to review'), reason)),
    );
    list.append(
      choice(
        'why',
        say('为什么看到此广告', 'Why this ad?'),
        say(
          '依据本页内容、您所在的县市与广告主出价展示。可在浏览器中关闭个性化。',
          'Chosen by this page, your county and the price offered. You may switch personalisation off.',
        ),
      ),
      choice(
        'notInterested',
        say('不感兴趣', 'Not interested'),
        say('已记录，将减少展示', 'Noted'),
      ),
      row(say('投诉此广告', 'Report this ad'), () => {
        reasons.style.display = reasons.style.display === 'none' ? 'block' : 'none';
      }),
      reasons,
      row(say('关闭个性化', 'Switch personalisation off'), () => {
        store.set('hongze.optout', '1');
        note.textContent = say('已关闭', 'Switched off');
      }),
      note,
    );
    const open = button(
      say('广告选项', 'Ad options'),
      'i',
      // A letter that every font has.
      `position:absolute;right:0;bottom:0;${dark}font:italic 600 14px/24px Georgia,serif`,
      () => {
        list.style.display = list.style.display === 'none' ? 'block' : 'none';
      },
    );
    box.append(list, open);
  }

  function close() {
    box.replaceChildren();
    box.style.background = 'none';
  }

  /** Half of the pixels in view, without a break, for as long as the format asks; `others` are told as well. */
  function watch(ad, neededMs, others = []) {
    let since = 0;
    let timer = 0;
    const seen = (ratio) => {
      clearTimeout(timer);
      if (ratio < 0.5 || document.hidden) return;
      since = performance.now();
      timer = setTimeout(() => {
        const { width, height } = box.getBoundingClientRect();
        const facts = [width, height, ratio * 100, performance.now() - since].map(Math.round);
        fire(`${origin}/t/v?t=${ad.token}&g=${facts.join(',')}`);
        for (const url of others) if (!web(url).startsWith(`${origin}/t/v`)) fire(url);
        observer.disconnect();
      }, neededMs);
    };
    let last = 0;
    const observer = new IntersectionObserver(
      ([entry]) => {
        last = entry.intersectionRatio;
        seen(last);
      },
      { threshold: [0, 0.5, 1] },
    );
    observer.observe(box);
    document.addEventListener('visibilitychange', () => seen(last));
  }

  function framed(ad) {
    const frame = element(
      'iframe',
      'position:absolute;inset:0;width:100%;height:100%;border:0;display:block',
    );
    // No same-origin: the frame can neither read the page nor the exchange's cookies.
    frame.sandbox = 'allow-scripts allow-popups allow-popups-to-escape-sandbox';
    frame.title = say('广告', 'Advertisement');
    frame.srcdoc = `<!doctype html><meta charset="utf-8"><style>html,body{margin:0;height:100%}</style>${ad.bid.adm}`;
    addEventListener('message', (event) => {
      if (event.source !== frame.contentWindow || event.data !== 'hongze:close') return;
      fire(`${origin}/t/f?t=${ad.token}&what=close`);
      close();
    });
    box.replaceChildren(frame);
    watch(ad, 1000);
  }

  const closeButton = (ad) =>
    button(say('关闭广告', 'Close'), '×', `position:absolute;right:0;top:0;${dark}`, () => {
      fire(`${origin}/t/f?t=${ad.token}&what=close`);
      close();
    });

  function show(ad) {
    if (!option.size && ad.bid.w > 0 && ad.bid.h > 0) {
      box.style.maxWidth = `${ad.bid.w}px`;
      box.style.aspectRatio = `${ad.bid.w}/${ad.bid.h}`;
    }
    if (ad.bid.mtype === 2 || ad.bid.mtype === 3) play(ad);
    else {
      if (ad.bid.mtype === 4) window.hongze.native.show(box, ad, kit());
      else framed(ad);
      shown(ad);
    }
  }

  function shown(ad) {
    menu(ad);
    box.dataset.hongze = 'shown';
  }

  /** What native and the player need of the tag. */
  function kit() {
    return {
      element,
      button,
      fire,
      web,
      mark,
      ours,
      say,
      watch,
      closeButton,
      houseMessage,
      shown,
      template: option.template || '',
    };
  }

  /** Video and audio bring a player of their own; pages without them never load it. */
  function play(ad) {
    if (window.hongze.player) {
      window.hongze.player(box, ad, kit());
      return;
    }
    const player = element('script');
    player.src = `${origin}/player.js`;
    player.onload = () => window.hongze.player(box, ad, kit());
    player.onerror = houseMessage;
    document.head.append(player);
  }

  async function fill() {
    try {
      const answer = await fetch(`${origin}/openrtb2/auction`, {
        method: 'POST',
        credentials: 'include',
        headers: { 'content-type': 'text/plain' },
        body: JSON.stringify(bidRequest()),
      });
      const bid = answer.status === 200 ? (await answer.json()).seatbid[0]?.bid[0] : undefined;
      if (!bid) houseMessage();
      else show({ bid, token: new URL(bid.burl).searchParams.get('t') });
    } catch {
      houseMessage();
    }
  }

  const near = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      near.disconnect();
      fill();
    },
    { rootMargin: '200px' },
  );
  near.observe(box);
})();
