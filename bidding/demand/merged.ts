/**
 * Our trackers in a partner's VAST beside its own, for whatever player shows it: impression and error once an ad, progress and click once
 * a linear creative; a wrapper that has none gets one for them. Owns where they go. What looks like a tag in CDATA or a comment is
 * none, and nothing that the partner wrote is changed.
 */
import type { Links } from '../render/links.ts';
import { clickOf, errorOf, impressionOf, progressOf } from '../render/vast.ts';
import { attribute, type Piece, walk } from './vast.ts';

/** Put in place of what stands from … to; nothing, where both are the same. */
interface Edit {
  from: number;
  to: number;
  text: string;
}

/** What is put in, by where. */
function oursFor(links: Links, version: string) {
  const progress = progressOf(links, version, true);
  const click = clickOf(links);
  const tracking = `<TrackingEvents>${progress}</TrackingEvents>`;
  const clicks = `<VideoClicks>${click}</VideoClicks>`;
  return {
    progress,
    click,
    tracking,
    clicks,
    creative: `<Creative><Linear>${tracking}${clicks}</Linear></Creative>`,
    ad: errorOf(links) + impressionOf(links),
  };
}

class Merging {
  readonly edits: Edit[] = [];
  private readonly path: string[] = [];
  private ours: ReturnType<typeof oursFor>;
  /** The linear creative that is open: which of ours stand in it, and where others would. */
  private linear: { tracked: boolean; clicked: boolean; bodyAt: number } | undefined;
  /** Of the ad that is open. */
  private creativesEnd = -1;
  private hasLinear = false;

  constructor(
    private readonly xml: string,
    private readonly links: Links,
  ) {
    this.ours = oursFor(links, '');
  }

  see(piece: Piece): void {
    const { open, close, empty } = piece;
    if (open !== undefined && empty !== '') this.emptied(open, piece);
    else if (open !== undefined) {
      this.opened(open, piece);
      this.path.push(open);
    } else if (close !== undefined) {
      this.path.pop();
      this.closed(close, piece);
    }
  }

  private put(at: number, text: string): void {
    this.edits.push({ from: at, to: at, text });
  }

  private opened(name: string, { attributes = '', to }: Piece): void {
    if (name === 'VAST') this.ours = oursFor(this.links, attribute(attributes, 'version'));
    if (name === 'InLine' || name === 'Wrapper') {
      this.creativesEnd = -1;
      this.hasLinear = false;
    }
    if (name === 'Linear' && this.path.at(-1) === 'Creative')
      this.linear = { tracked: false, clicked: false, bodyAt: to };
  }

  private closed(name: string, { from, to }: Piece): void {
    const { ours, linear } = this;
    if (linear && this.path.at(-1) === 'Linear') {
      if (name === 'Duration') linear.bodyAt = to;
      else if (name === 'TrackingEvents') this.trackedBy(() => this.put(from, ours.progress));
      else if (name === 'VideoClicks') this.clickedBy(() => this.put(from, ours.click));
    } else if (linear && name === 'Linear') {
      if (!linear.tracked) this.put(linear.bodyAt, ours.tracking);
      if (!linear.clicked) this.put(from, ours.clicks);
      this.linear = undefined;
      this.hasLinear = true;
    } else if (name === 'Creatives') this.creativesEnd = from;
    else if (name === 'InLine' || name === 'Wrapper') this.endAd(name, from);
  }

  private endAd(name: string, at: number): void {
    const { ours, creativesEnd } = this;
    const lacks = name === 'Wrapper' && !this.hasLinear;
    if (lacks && creativesEnd >= 0) this.put(creativesEnd, ours.creative);
    const creatives = lacks && creativesEnd < 0 ? `<Creatives>${ours.creative}</Creatives>` : '';
    this.put(at, ours.ad + creatives);
  }

  /** An element without content is opened for ours. */
  private emptied(name: string, { from, to }: Piece): void {
    const { ours } = this;
    const parent = this.path.at(-1);
    const replace = (text: string): void => {
      this.edits.push({ from, to, text });
    };
    if (name === 'Linear' && parent === 'Creative') {
      const attributes = this.xml.slice(from + '<Linear'.length, to - '/>'.length);
      replace(`<Linear${attributes}>${ours.tracking}${ours.clicks}</Linear>`);
      this.hasLinear = true;
    } else if (parent === 'Linear' && name === 'TrackingEvents')
      this.trackedBy(() => replace(ours.tracking));
    else if (parent === 'Linear' && name === 'VideoClicks')
      this.clickedBy(() => replace(ours.clicks));
    else if (parent === 'Wrapper' && name === 'Creatives') {
      replace(`<Creatives>${ours.creative}</Creatives>`);
      this.hasLinear = true;
    }
  }

  private trackedBy(put: () => void): void {
    if (!this.linear || this.linear.tracked) return;
    put();
    this.linear.tracked = true;
  }

  private clickedBy(put: () => void): void {
    if (!this.linear || this.linear.clicked) return;
    put();
    this.linear.clicked = true;
  }
}

/** The document, which reads well (`readVast`), with the token's places marked in what is ours. */
export function withOurTrackers(vast: string, links: Links): string {
  const xml = vast.trim();
  const merging = new Merging(xml, links);
  walk(xml, (piece) => {
    merging.see(piece);
    return true;
  });
  let merged = '';
  let at = 0;
  for (const { from, to, text } of merging.edits.sort((a, b) => a.from - b.from)) {
    merged += xml.slice(at, from) + text;
    at = to;
  }
  return merged + xml.slice(at);
}
