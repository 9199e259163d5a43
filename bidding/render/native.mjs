/**
 * The tag's native ads (OpenRTB Native 1.2): which assets it asks for, and the templates they are set into: `row`, `card`, `text` by
 * `data-template`, the box's own shape where nothing is said, or an outlet's `<template>` by its selector (`data-template="#mine"`), whose
 * elements say with `data-ad="title"` what they hold. Served at the head of the tag. Owns that everything is set as text, that a
 * link leads to the web or nowhere, and that no script of others runs in the page.
 */
(() => {
  const request = {
    ver: '1.2',
    context: 1,
    plcmttype: 1,
    assets: [
      { id: 1, required: 1, title: { len: 60 } },
      { id: 2, img: { type: 3, wmin: 120, hmin: 80 } },
      { id: 3, data: { type: 1, len: 30 } },
      { id: 4, data: { type: 2, len: 140 } },
      { id: 5, data: { type: 12, len: 15 } },
      { id: 6, img: { type: 1, wmin: 40, hmin: 40 } },
    ],
    eventtrackers: [
      { event: 1, methods: [1] },
      { event: 2, methods: [1] },
    ],
  };

  const PICTURE = 'object-fit:cover;border-radius:6px;';
  const ACTION =
    'display:table;margin-top:.6em;padding:.25em .9em;border:1px solid #165dff;border-radius:99px;color:#165dff;font-size:.9em';
  const TEMPLATES = {
    row: {
      room: 'display:flex;gap:4%;align-items:center',
      image: `${PICTURE}width:44%;height:auto;max-height:100%;flex:none`,
    },
    card: {
      room: 'display:flex;flex-direction:column;gap:10px',
      image: `${PICTURE}width:100%;flex:1;min-height:0`,
    },
    text: { room: 'display:flex;align-items:center' },
  };

  /** Higher than wide: a card. */
  const shapeOf = ({ clientWidth, clientHeight }) =>
    clientHeight > clientWidth * 0.75 ? 'card' : 'row';

  /** By our own ids, as a partner may answer with nothing else. */
  function partsOf(content, web, domain) {
    const asset = (id) => content.assets?.find((each) => each.id === id) || {};
    return {
      title: asset(1).title?.text || domain || '',
      image: web(asset(2).img?.url),
      brand: asset(3).data?.value || '',
      description: asset(4).data?.value || '',
      action: asset(5).data?.value || '',
      icon: web(asset(6).img?.url),
    };
  }

  function layOut(link, parts, name, boxW, element) {
    const { room, image } = TEMPLATES[name];
    link.style.cssText += room;
    if (image && parts.image) {
      const picture = element('img', image);
      picture.src = parts.image;
      picture.alt = '';
      link.append(picture);
    }
    // Words as large as the box has room for.
    const scale = name === 'text' ? 1 : Math.max(1, Math.min(1.6, boxW / 420));
    const words = element('div', `min-width:0;overflow:hidden;font-size:${13 * scale}px`);
    words.append(
      element('b', 'display:block;font-size:1.25em;line-height:1.35', parts.title),
      element(
        'span',
        'display:block;color:#4e5969;margin:.3em 0;line-height:1.5',
        parts.description,
      ),
      element('small', 'color:#86909c;font-size:.9em', parts.brand),
    );
    if (parts.action) words.append(element('span', ACTION, parts.action));
    link.append(words);
  }

  /** The outlet's own markup with our words in it; undefined where the page has no such template. */
  function ownTemplate(selector, parts) {
    const template = document.querySelector(selector);
    if (!(template instanceof HTMLTemplateElement)) return undefined;
    const filled = template.content.cloneNode(true);
    for (const place of filled.querySelectorAll('[data-ad]')) {
      const value = parts[place.dataset.ad] ?? '';
      if (place instanceof HTMLImageElement) {
        if (value) place.src = value;
        else place.remove();
      } else place.textContent = value;
    }
    return filled;
  }

  function fill(link, box, parts, { element, template }) {
    const own = template?.startsWith('#') && ownTemplate(template, parts);
    if (own) link.append(own);
    else {
      link.style.padding = '12px';
      const name = template in TEMPLATES ? template : shapeOf(box);
      layOut(link, parts, name, box.clientWidth, element);
    }
  }

  function show(box, ad, kit) {
    const { element, fire, web, mark, ours, watch, closeButton } = kit;
    const parsed = JSON.parse(ad.bid.adm);
    const content = parsed.native ?? parsed;
    const link = element('a', 'position:absolute;inset:0;color:inherit;text-decoration:none;');
    const landing = web(content.link?.url);
    if (landing) link.href = landing;
    link.target = '_blank';
    link.rel = 'noopener noreferrer nofollow sponsored';
    link.addEventListener('click', () => {
      for (const url of content.link?.clicktrackers || []) fire(url);
    });
    fill(link, box, partsOf(content, web, ad.bid.adomain?.[0]), kit);
    box.replaceChildren(link, mark(ours(ad, content.ext?.mark)), closeButton(ad));
    // Scripts of others (method 2) are not let into the page.
    const trackers = (kind) =>
      (content.eventtrackers || [])
        .filter(({ event, method }) => event === kind && method === 1)
        .map(({ url }) => url);
    for (const url of [...trackers(1), ...(content.imptrackers || [])]) fire(url);
    watch(ad, 1000, trackers(2));
  }

  window.hongze ??= {};
  window.hongze.native = { request, show };
})();
