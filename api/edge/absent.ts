/** Stands in for modules that Cloudflare Workers lack and that no code path reaches there. */
export default {};
