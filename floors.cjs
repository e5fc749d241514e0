// What may import what (ARCHITECTURE.md, "Floors"). Checked by dependency-cruiser: from the ground up, each floor may
// import the floors below it through their doors, and platform/.
const floors = [
  'platform',
  'access',
  'storage',
  'events',
  'conversations',
  'ingest',
  'pipeline',
  'insights',
  'connectors',
  'operations',
  'api',
]
const slice = (name) => `^server/src/${name}/`

const upward = floors.flatMap((name, index) => {
  const higher = floors.slice(index + 1)
  return higher.length === 0
    ? []
    : [
        {
          name: `${name}-looks-up`,
          severity: 'error',
          from: { path: slice(name), pathNot: '\\.test\\.ts$' },
          to: { path: `^server/src/(${higher.join('|')})/` },
        },
      ]
})

// `shapes.ts` holds types alone: the words of the domain.
const doors = floors
  .filter((name) => name !== 'platform' && name !== 'api')
  .map((name) => ({
    name: `${name}-by-its-door`,
    severity: 'error',
    from: { pathNot: `${slice(name)}|\\.test\\.ts$|^server/test/|^bench/|^fault/|^scripts/` },
    to: { path: slice(name), pathNot: `${slice(name)}(index|shapes)\\.ts$` },
  }))

/** One home for each third-party library. */
const homes = Object.entries({
  fastify: 'platform/http/',
  '@fastify/(compress|cors|multipart|static)': 'platform/http/',
  'pg-boss': 'platform/jobs/',
  'pg|kysely': '(platform/db|access|events|conversations|ingest|pipeline|insights|connectors|operations)/',
  undici: 'platform/outbound/',
  '@aws-sdk/.*': 'storage/s3',
  'oidc-provider': 'access/oauth/',
  nodemailer: 'platform/mail',
  'basic-ftp|ssh2': 'platform/remote/',
  'csv-(parse|stringify)': 'platform/csv',
  jose: 'access/tokens/',
  'openid-client': 'access/sign-in/',
  '@tus/(server|utils)': 'ingest/uploads/',
  canonicalize: 'access/audit/',
  otpauth: 'access/users/',
  'prom-client': 'operations/',
  pino: 'platform/log',
  chokidar: 'watch/',
  ws: 'platform/http/',
  yauzl: 'platform/zip/',
  'pdfkit|yazl': 'insights/reports/',
  'wasm-media-encoders': 'pipeline/audio/',
  '@nats-io/.*|amqplib|@platformatic/kafka': 'events/brokers/',
}).map(([library, home]) => ({
  name: `home-of-${library.replace(/\W+/g, '-')}`,
  severity: 'error',
  from: { path: '^server/src/', pathNot: `^server/src/${home}|\\.test\\.ts$` },
  to: { path: `node_modules/(${library})/` },
}))

module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-orphan-imports', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'nothing-imports-the-root',
      severity: 'error',
      from: { pathNot: '^server/src/(main|app)\\.ts$|\\.test\\.ts$|^server/test/|^bench/|^fault/|^scripts/' },
      to: { path: '^server/src/(main|app)\\.ts$' },
    },
    {
      // Runs on other machines: it knows the server by its API alone.
      name: 'watch-is-a-client',
      severity: 'error',
      from: { path: '^server/src/watch/', pathNot: '\\.test\\.ts$' },
      to: { path: '^server/src/', pathNot: '^server/src/(watch|platform)/' },
    },
    {
      name: 'watch-by-its-entry',
      severity: 'error',
      from: { pathNot: '^server/src/watch/|\\.test\\.ts$|^server/test/|^bench/|^fault/' },
      to: { path: '^server/src/watch/', pathNot: '^server/src/watch/main\\.ts$' },
    },
    ...upward,
    ...doors,
    ...homes,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // TypeScript 7 has no parser for other programs to call; swc reads the same files.
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
}
