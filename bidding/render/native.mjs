/**
 * The tag's native ads (OpenRTB Native 1.2): which assets it asks for, and how they are shown. Served at the head of the tag. Owns that
 * everything is set as text, that a link leads to the web or nowhere, and that no script of others runs in the page.
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
    ],
    eventtrackers: [
      { event: 1, methods: [1] },
      { event: 2, methods: [1] },
    ],
  };

  /** By our own ids, as a partner may answer with nothing else. */
  function show(box, ad, { element, fire, web, mark, ours, watch, closeButton }) {
    const parsed = JSON.parse(ad.bid.adm);
    const content = parsed.native ?? parsed;
    const asset = (id) => content.assets?.find((each) => each.id === id) || {};
    const link = element(
      'a',
      'display:flex;gap:12px;position:absolute;inset:0;padding:12px;color:inherit;text-decoration:none',
    );
    const landing = web(content.link?.url);
    if (landing) link.href = landing;
    link.target = '_blank';
    link.rel = 'noopener noreferrer nofollow sponsored';
    link.addEventListener('click', () => {
      for (const url of content.link?.clicktrackers || []) fire(url);
    });
    const image = web(asset(2).img?.url);
    if (image) {
      const picture = element(
        'img',
        'width:38%;height:100%;object-fit:cover;border-radius:6px;flex:none',
      );
      picture.src = image;
      picture.alt = '';
      link.append(picture);
    }
    const words = element('div', 'min-width:0;overflow:hidden');
    words.append(
      element(
        'b',
        'display:block;font-size:16px;line-height:1.35',
        asset(1).title?.text || ad.bid.adomain?.[0] || '',
      ),
      element('span', 'display:block;color:#4e5969;margin:4px 0', asset(4).data?.value || ''),
      element('small', 'color:#86909c', asset(3).data?.value || ''),
    );
    link.append(words);
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
