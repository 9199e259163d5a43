/**
 * The tag's player for video and audio: reads the bid's VAST, plays it muted, reports start, quartiles, skip, errors. Owns when
 * each is reported, once each; the impression is the VAST's own, at the first frame.
 */
(() => {
  const QUARTILES = [
    [0.25, 'firstQuartile'],
    [0.5, 'midpoint'],
    [0.75, 'thirdQuartile'],
  ];

  function seconds(text) {
    const [h = 0, m = 0, s = 0] = text.split(':').map(Number);
    return h * 3600 + m * 60 + s;
  }

  function readVast(xml) {
    const document = new DOMParser().parseFromString(xml, 'text/xml');
    const text = (selector) => document.querySelector(selector)?.textContent.trim() || '';
    const tracking = {};
    for (const each of document.querySelectorAll('Tracking'))
      tracking[each.getAttribute('event')] = each.textContent.trim();
    const offset = document.querySelector('Linear')?.getAttribute('skipoffset');
    return {
      media: text('MediaFile'),
      durationS: seconds(text('Duration')),
      mime: document.querySelector('MediaFile')?.getAttribute('type') || '',
      impression: text('Impression'),
      error: text('Error'),
      click: text('ClickThrough'),
      tracking,
      skipAfterS: offset ? seconds(offset) : undefined,
    };
  }

  window.hongze.player = (box, ad, { element, button, fire, mark, say, watch, closeButton }) => {
    const vast = readVast(ad.bid.adm);
    const audio = vast.mime.startsWith('audio/');
    const sent = new Set();
    const once = (name, url) => {
      if (!url || sent.has(name)) return;
      sent.add(name);
      fire(url);
    };
    const track = (name) => once(name, vast.tracking[name]);
    const media = element(
      audio ? 'audio' : 'video',
      audio
        ? 'position:absolute;left:0;right:0;bottom:24px;width:100%'
        : 'position:absolute;inset:0;width:100%;height:100%;object-fit:contain;background:#000',
    );
    media.src = vast.media;
    media.controls = audio;
    media.muted = !audio;
    media.playsInline = true;
    media.autoplay = !audio;

    const link = element(
      'a',
      audio
        ? 'position:absolute;inset:0 0 80px 0;padding:12px;color:inherit'
        : 'position:absolute;inset:0',
      audio ? say('收听广告', 'Listen') : undefined,
    );
    link.href = vast.click;
    link.target = '_blank';
    link.rel = 'noopener noreferrer nofollow sponsored';
    link.setAttribute('aria-label', say('了解详情', 'Learn more'));

    media.addEventListener('playing', () => {
      once('impression', vast.impression);
      track('start');
    });
    media.addEventListener('timeupdate', () => {
      // A stream does not know its length; its VAST does.
      const length = Number.isFinite(media.duration) ? media.duration : vast.durationS;
      const share = media.currentTime / (length || Number.POSITIVE_INFINITY);
      for (const [at, name] of QUARTILES) if (share >= at) track(name);
    });
    media.addEventListener('ended', () => track('complete'));
    media.addEventListener('error', () => once('error', vast.error.replace('[ERRORCODE]', '405')));

    const controls = element('div', 'position:absolute;right:28px;bottom:0;display:flex;gap:4px');
    const style =
      'background:rgba(0,0,0,.55);color:#fff;height:24px;padding:0 8px;font:12px/24px system-ui';
    if (!audio)
      controls.append(
        button(say('声音', 'Sound'), '♪', style, () => {
          media.muted = !media.muted;
          if (media.muted) track('mute');
        }),
      );
    box.replaceChildren(media, link, mark(say('广告', 'Ad')), controls, closeButton(ad));
    if (vast.skipAfterS !== undefined)
      setTimeout(() => {
        controls.prepend(
          button(say('跳过', 'Skip'), say('跳过', 'Skip'), style, () => {
            track('skip');
            media.pause();
            box.replaceChildren();
          }),
        );
      }, vast.skipAfterS * 1000);
    watch(ad, 2000);
  };
})();
