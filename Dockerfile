FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.client.json vite.server.config.ts ./
COPY schema schema
COPY graphiql graphiql
COPY examples/wallboard examples/wallboard
COPY src src
RUN npm run build

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/dist dist
COPY schema schema
USER node
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 4000}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Settings come from the environment when the container is run; in a container HOST is 0.0.0.0, which needs AUTH.
CMD ["node", "--max-semi-space-size=64", "--enable-source-maps", "dist/main.js", "serve"]
