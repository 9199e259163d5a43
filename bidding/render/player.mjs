/**
 * The tag's player for video and audio: reads the bid's VAST, through wrappers to the one that has media, plays it muted, reports
 * impressions, start, quartiles, skip, clicks, errors. Owns when each is reported, once each; the impression is the VAST's own,
 * at the first frame. Scripts (VPAID, verification) are not run: what a partner wrote stays data.
 */
(() => {
  const QUARTILES = [
    [0.25, 'firstQuartile'],
    [0.5, 'midpoint'],
    [0.75, 'thirdQuartile'],
  ];
  const MOST_WRAPPERS = 5;
  const FETCH_MS = 4_000;
  const STALL_MS = 8_000;
  /** VAST 4.2 §2.3.6.3 */
  const CODE = {
    parse: 100,
    wrapper: 300,
    timeout: 301,
    limit: 302,
    empty: 303,
    linear: 201,
    late: 402,
    media: 403,
    play: 405,
  };

  /** A document that cannot be played; `code` as VAST numbers it. */
  class Unplayable extends Error {
    constructor(code) {
      super(`VAST error ${code}`);
      this.code = code;
    }
  }

  function seconds(text) {
    const [h = 0, m = 0, s = 0] = text.split(':').map(Number);
    return h * 3600 + m * 60 + s;
  }

  /** `00:00:05`, or a share of the length as `25%`. */
  const offsetS = (text, lengthS) =>
    text.endsWith('%') ? (Number.parseFloat(text) / 100) * lengthS : seconds(text);

  /** Addresses to call, gathered over all documents from the first to the one with media. */
  const nothingYet = () => ({ impressions: [], errors: [], clicks: [], seen: [], tracking: {} });

  function gather(found, ad) {
    const texts = (selector) =>
      [...ad.querySelectorAll(selector)].map((each) => each.textContent.trim()).filter(Boolean);
    found.impressions.push(...texts('Impression'));
    found.errors.push(...texts('Error'));
    found.clicks.push(...texts('Linear ClickTracking'));
    found.seen.push(...texts('ViewableImpression > Viewable'));
    for (const each of ad.querySelectorAll('Linear Tracking')) {
      const name = each.getAttribute('event') || '';
      found.tracking[name] ??= [];
      found.tracking[name].push(each.textContent.trim());
    }
  }

  async function fetchVast(url) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(FETCH_MS) }).catch((error) => {
      throw new Unplayable(error.name === 'TimeoutError' ? CODE.timeout : CODE.wrapper);
    });
    if (!answer.ok) throw new Unplayable(CODE.wrapper);
    return answer.text();
  }

  /** Down to the inline ad. `depth`: wrappers on the way here. */
  async function follow(xml, found, web, depth = 0, mayWrap = true) {
    const document = new DOMParser().parseFromString(xml, 'text/xml');
    if (document.querySelector('parsererror')) throw new Unplayable(CODE.parse);
    const ad = document.querySelector('InLine, Wrapper');
    if (!ad) throw new Unplayable(depth > 0 ? CODE.empty : CODE.parse);
    gather(found, ad);
    if (ad.localName === 'InLine') return ad;
    if (depth >= MOST_WRAPPERS || !mayWrap) throw new Unplayable(CODE.limit);
    const next = web(ad.querySelector('VASTAdTagURI')?.textContent || '');
    if (!next) throw new Unplayable(CODE.wrapper);
    const further = ad.getAttribute('followAdditionalWrappers') !== 'false';
    return follow(await fetchVast(next), found, web, depth + 1, further);
  }

  /** The file that this browser plays and that is nearest to the box in width. */
  function chooseMedia(inline, web, boxW) {
    const files = [...inline.querySelectorAll('Linear MediaFile')].map((each) => ({
      url: web(each.textContent),
      mime: (each.getAttribute('type') || '').toLowerCase(),
      w: Number(each.getAttribute('width')) || 0,
    }));
    const probe = document.createElement('video');
    return files
      .filter(({ url, mime }) => url && /^(audio|video)\//.test(mime) && probe.canPlayType(mime))
      .sort((a, b) => Math.abs(a.w - boxW) - Math.abs(b.w - boxW))[0];
  }

  const macros = (url, code) =>
    url
      .replaceAll('[ERRORCODE]', String(code))
      .replaceAll('[CACHEBUSTING]', String(Math.floor(1e7 + Math.random() * 9e7)))
      .replaceAll('[TIMESTAMP]', encodeURIComponent(new Date().toISOString()));

  /** Calls each name's addresses once. */
  function reporter(found, fire) {
    const sent = new Set();
    const tell = (name, urls, code = 0) => {
      if (sent.has(name)) return;
      sent.add(name);
      for (const url of urls || []) fire(macros(url, code));
    };
    return { tell, track: (name) => tell(name, found.tracking[name]) };
  }

  function mediaElement(element, file, audio) {
    const media = element(
      audio ? 'audio' : 'video',
      audio
        ? 'position:absolute;left:0;right:0;bottom:24px;width:100%'
        : 'position:absolute;inset:0;width:100%;height:100%;object-fit:contain;background:#000',
    );
    media.src = file.url;
    media.controls = audio;
    media.muted = !audio;
    media.playsInline = true;
    media.autoplay = !audio;
    return media;
  }

  function clickLayer({ element, say }, landing, audio) {
    const link = element(
      'a',
      audio
        ? 'position:absolute;inset:0 0 80px 0;padding:12px;color:inherit'
        : 'position:absolute;inset:0',
      audio ? say('收听广告', 'Listen') : undefined,
    );
    if (landing) link.href = landing;
    link.target = '_blank';
    link.rel = 'noopener noreferrer nofollow sponsored';
    link.setAttribute('aria-label', say('了解详情', 'Learn more'));
    return link;
  }

  function watchProgress(media, lengthS, found, { tell, track }) {
    media.addEventListener('playing', () => {
      tell('impression', found.impressions);
      track('creativeView');
      track('start');
    });
    media.addEventListener('timeupdate', () => {
      // A stream does not know its length; its VAST does.
      const length = Number.isFinite(media.duration) ? media.duration : lengthS;
      const share = media.currentTime / (length || Number.POSITIVE_INFINITY);
      for (const [at, name] of QUARTILES) if (share >= at) track(name);
    });
    media.addEventListener('ended', () => track('complete'));
  }

  /** Sound and skip, as far as there is something to hear or to skip. */
  function controlsOf(kit, media, linear, { track }, audio, gone) {
    const { element, button, say } = kit;
    const controls = element('div', 'position:absolute;right:28px;bottom:0;display:flex;gap:4px');
    const style =
      'background:rgba(0,0,0,.55);color:#fff;height:24px;padding:0 8px;font:12px/24px system-ui';
    if (!audio)
      controls.append(
        button(say('声音', 'Sound'), '♪', style, () => {
          media.muted = !media.muted;
          track(media.muted ? 'mute' : 'unmute');
        }),
      );
    const skip = linear.getAttribute('skipoffset');
    if (!skip) return controls;
    const afterS = offsetS(skip, seconds(linear.querySelector('Duration')?.textContent || ''));
    const offer = () => {
      if (media.currentTime < afterS) return;
      media.removeEventListener('timeupdate', offer);
      controls.prepend(
        button(say('跳过', 'Skip'), say('跳过', 'Skip'), style, () => {
          track('skip');
          media.pause();
          gone();
        }),
      );
    };
    media.addEventListener('timeupdate', offer);
    return controls;
  }

  function play(box, ad, kit, inline, found) {
    const { element, fire, web, mark, ours, watch, closeButton } = kit;
    const label = ours(ad, inline.querySelector('Extension[type=adMark]')?.textContent.trim());
    const linear = inline.querySelector('Linear');
    if (!linear) throw new Unplayable(CODE.linear);
    const file = chooseMedia(inline, web, box.clientWidth);
    if (!file) throw new Unplayable(CODE.media);
    const report = reporter(found, fire);
    const audio = file.mime.startsWith('audio/');
    const media = mediaElement(element, file, audio);
    const lengthS = seconds(linear.querySelector('Duration')?.textContent.trim() || '');
    watchProgress(media, lengthS, found, report);
    const link = clickLayer(
      kit,
      web(linear.querySelector('ClickThrough')?.textContent || ''),
      audio,
    );
    link.addEventListener('click', () => report.tell('click', found.clicks));
    const failed = (code) => {
      report.tell('error', found.errors, code);
      kit.houseMessage();
    };
    media.addEventListener('error', () => failed(CODE.play));
    if (!audio) {
      const stalled = setTimeout(() => {
        // Loaded, and held back by the browser: the viewer may start it.
        if (media.readyState >= 2) media.controls = true;
        else failed(CODE.late);
      }, STALL_MS);
      media.addEventListener('playing', () => clearTimeout(stalled));
      media.addEventListener('error', () => clearTimeout(stalled));
    }
    const controls = controlsOf(kit, media, linear, report, audio, () => box.replaceChildren());
    box.replaceChildren(media, link, mark(label), controls, closeButton(ad));
    watch(ad, 2000, found.seen);
  }

  /** Plays the ad in the box; one that cannot be played is told of, and leaves the house's own message. */
  window.hongze.player = async (box, ad, kit) => {
    const found = nothingYet();
    try {
      play(box, ad, kit, await follow(ad.bid.adm, found, kit.web), found);
      kit.shown(ad);
    } catch (error) {
      reporter(found, kit.fire).tell('error', found.errors, error.code || CODE.play);
      kit.houseMessage();
    }
  };
})();
