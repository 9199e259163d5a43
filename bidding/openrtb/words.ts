/** OpenRTB's comma-separated keyword lists. */
const MAX_WORDS = 1000;

export const words = (text: string): string[] =>
  text.length === 0
    ? []
    : text
        .split(',', MAX_WORDS)
        .map((word) => word.trim())
        .filter((word) => word.length > 0);
