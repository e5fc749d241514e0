// Every setting, by group: its name in the environment, its default and what it is for. How they are read is config.ts.

import { availableParallelism } from 'node:os'
import Type from 'typebox'
import { choice, flag, key32, list, optional, text, webAddress, whole } from './config-fields.ts'
import { isFolderToOpen, isIssuer, openIdProviders, validAllowance, validNetwork } from './config-values.ts'
import { isTimeZone } from './platform/dates.ts'
import { isUuid } from './platform/ids.ts'

export const schema = Type.Object({
  http: Type.Object({
    port: whole('PORT', 8080, 'TCP port to listen on; 0 takes any free one.', { minimum: 0, maximum: 65_535 }),
    host: text('HOST', '127.0.0.1', 'Address to listen on. Beyond loopback, INDABA_ADMIN_TOKEN must be set too.'),
    publicUrl: text(
      'INDABA_PUBLIC_URL',
      '',
      'Where clients reach this server; stands in upload tickets and links. Behind a proxy, set it to the outer address.',
      { ...webAddress, defaultText: '`http://HOST:PORT`' },
    ),
    corsOrigins: list('INDABA_CORS_ORIGINS', 'Origins whose pages may call the API, comma-separated; `*` for all.', {
      expects: 'origins such as https://crm.example.org, comma-separated, or *',
      check: (value) => value === '*' || (URL.canParse(value) && new URL(value).origin === value),
    }),
    rateLimitPerMinute: whole(
      'INDABA_RATE_LIMIT_PER_MINUTE',
      1000,
      'Requests of one key in a minute where its organisation has no limit of its own; 0 turns the limit off.',
      { unit: 'requests per minute', minimum: 0, maximum: 10_000_000 },
    ),
    strangersPerSecond: whole(
      'INDABA_STRANGERS_PER_SECOND',
      20,
      'Requests without a credential from one address (of IPv6: one /64) to each process, five times that at once; 0 turns the limit off.',
      { unit: 'requests per second', minimum: 0, maximum: 1_000_000 },
    ),
    failuresPerMinute: whole(
      'INDABA_FAILURES_PER_MINUTE',
      10,
      'Wrong credentials from one address before 429; a right one still works. 0 turns the limit off.',
      { unit: 'failures per minute', minimum: 0, maximum: 1_000_000 },
    ),
    trustedProxies: list(
      'INDABA_TRUSTED_PROXIES',
      'Networks of your own proxies, comma-separated: their X-Forwarded-For tells the address of the client.',
      { expects: 'networks such as 10.1.0.0/16 or 127.0.0.1', check: validNetwork },
    ),
    jsonBytesMax: whole('INDABA_JSON_BYTES_MAX', 8 * 2 ** 20, 'Largest JSON or form body.', {
      unit: 'bytes',
      minimum: 1024,
      maximum: 2 ** 30,
      defaultText: '`8388608` (8 MiB)',
    }),
    uploadBytesMax: whole('INDABA_UPLOAD_BYTES_MAX', 3 * 2 ** 30, 'Largest uploaded or fetched recording.', {
      unit: 'bytes',
      minimum: 1024,
      maximum: 2 ** 40,
      defaultText: '`3221225472` (3 GiB)',
    }),
    batchBytesMax: whole('INDABA_BATCH_BYTES_MAX', 10 * 2 ** 30, 'Largest ZIP archive or list of a bulk load.', {
      unit: 'bytes',
      minimum: 1024,
      maximum: 2 ** 40,
      defaultText: '`10737418240` (10 GiB)',
    }),
  }),
  database: Type.Object({
    url: optional('DATABASE_URL', 'PostgreSQL 15 or newer. Absent: a PostgreSQL of its own in the data folder.', {
      secret: true,
      expects: 'an address that starts with postgres:// or postgresql://',
      check: (value) => URL.canParse(value) && /^postgres(ql)?:$/.test(new URL(value).protocol),
    }),
  }),
  data: Type.Object({
    dir: text('INDABA_DATA_DIR', './data', 'Folder of the embedded database, recordings and generated secrets.'),
  }),
  access: Type.Object({
    adminToken: optional(
      'INDABA_ADMIN_TOKEN',
      'Bearer token of the administrator. Absent: made at the first start, kept in the data folder, printed once.',
      { secret: true, expects: 'visible ASCII characters without spaces', check: (value) => /^[!-~]+$/.test(value) },
    ),
    secretKey: optional(
      'INDABA_SECRET_KEY',
      'Key that the keys of stored secrets are wrapped with. Absent: made at the first start and kept in the data folder. Keep a copy.',
      key32,
    ),
    secretKeyPrevious: optional(
      'INDABA_SECRET_KEY_PREVIOUS',
      'Another such key, which only unwraps: the one of until now, while it is being replaced.',
      key32,
    ),
    kmsUrl: optional(
      'INDABA_KMS_URL',
      'A key service wraps instead: address of the transit engine of HashiCorp Vault or OpenBao, as https://vault.example.org:8200/v1/transit.',
      webAddress,
    ),
    kmsKey: text('INDABA_KMS_KEY', 'indaba', 'Name of the key in that service, of a type that takes associated data.'),
    kmsToken: optional('INDABA_KMS_TOKEN', 'Token for it. Absent: a proxy in between adds one.', {
      secret: true,
      expects: 'visible ASCII characters without spaces',
      check: (value) => /^[!-~]+$/.test(value),
    }),
    kmsUnwrapsOnly: flag('INDABA_KMS_UNWRAPS_ONLY', false, 'The key service is being left: INDABA_SECRET_KEY wraps.'),
  }),
  tokens: Type.Object({
    activeMax: whole(
      'INDABA_REFRESH_TOKENS_MAX',
      0,
      'Active refresh tokens of one user; 0 sets no limit. The hosted service had 3.',
      { unit: 'tokens', minimum: 0, maximum: 100_000 },
    ),
    lifeDays: whole('INDABA_REFRESH_TOKEN_DAYS', 0, 'How long the refresh token of a login lives; 0: for ever.', {
      unit: 'days',
      minimum: 0,
      maximum: 36_500,
    }),
  }),
  oauth: Type.Object({
    accessTokenMinutes: whole('INDABA_OAUTH_ACCESS_TOKEN_MINUTES', 30, 'How long an OAuth access token lives.', {
      unit: 'minutes',
      minimum: 1,
      maximum: 1440,
    }),
    refreshTokenDays: whole(
      'INDABA_OAUTH_REFRESH_TOKEN_DAYS',
      30,
      'How long an application that does not come back keeps what it was allowed.',
      { unit: 'days', minimum: 1, maximum: 365 },
    ),
    registration: flag(
      'INDABA_OAUTH_REGISTRATION',
      false,
      'Whether programs may register OAuth applications at `/oauth/register` (RFC 7591), with a key that may.',
    ),
  }),
  signIn: Type.Object({
    googleClientId: optional('INDABA_OIDC_GOOGLE_CLIENT_ID', 'Client id of this server at Google, for sign-in.'),
    googleClientSecret: optional('INDABA_OIDC_GOOGLE_CLIENT_SECRET', 'Its secret.', { secret: true }),
    microsoftClientId: optional('INDABA_OIDC_MICROSOFT_CLIENT_ID', 'Application id of this server at Microsoft.'),
    microsoftClientSecret: optional('INDABA_OIDC_MICROSOFT_CLIENT_SECRET', 'Its secret.', { secret: true }),
    microsoftTenant: optional('INDABA_OIDC_MICROSOFT_TENANT', 'Directory id whose accounts may sign in; none other.', {
      expects: 'the UUID of the directory',
      check: isUuid,
    }),
    microsoftAuthority: text(
      'INDABA_OIDC_MICROSOFT_AUTHORITY',
      'https://login.microsoftonline.com',
      'Where Microsoft signs people in; another one in national clouds.',
      { expects: 'an https address', check: isIssuer },
    ),
    providers: optional(
      'INDABA_OIDC_PROVIDERS',
      'Other OpenID providers, as a JSON list of {name, label, issuer, client_id, client_secret}.',
      {
        secret: true,
        expects: 'a JSON list of {name, label, issuer, client_id, client_secret}; issuers start with https://',
        check: (value) => openIdProviders(value) !== null,
      },
    ),
  }),
  mail: Type.Object({
    smtpUrl: optional(
      'INDABA_SMTP_URL',
      'Server that takes the mail: `smtp://user:password@host:587`, or `smtps://` for TLS at once. Absent: no mail; links of invitations are shown to who invites.',
      {
        secret: true,
        expects: 'an address that starts with smtp:// or smtps://',
        check: (value) => URL.canParse(value) && /^smtps?:\/\/[^/]/.test(value),
      },
    ),
    from: optional('INDABA_MAIL_FROM', 'Sender of that mail.', {
      expects: 'an e-mail address such as indaba@example.org',
      check: (value) => /^[^\s@<>,;]+@[^\s@<>,;]+$/.test(value),
    }),
    requiresTls: flag('INDABA_SMTP_TLS', true, 'Whether mail is only handed over on an encrypted connection.'),
  }),
  outbound: Type.Object({
    allow: list(
      'INDABA_OUTBOUND_ALLOW',
      'Private addresses that webhooks and fetched recordings may reach, as `CIDR` or `CIDR:port`, comma-separated.',
      { expects: 'networks such as 10.1.0.0/16, 127.0.0.1/32:9000 or [fd00::/8]:443', check: validAllowance },
    ),
  }),
  ingest: Type.Object({
    mountedFolders: list(
      'INDABA_MOUNTED_FOLDERS',
      'Folders of this machine that recordings may be read from, comma-separated. Each is read by the organisations that the administrator opens it for, and by no other.',
      { expects: 'absolute paths without spaces, such as /mnt/recordings, and not /', check: isFolderToOpen },
    ),
  }),
  speech: Type.Object({
    engine: choice(
      'INDABA_SPEECH_ENGINE',
      ['auto', 'openai', 'sherpa', 'pocketsphinx', 'none'],
      'auto',
      'What turns speech into text; `auto` takes the best one that is present.',
    ),
    url: optional('INDABA_SPEECH_URL', 'Base address of an OpenAI-compatible speech server.', webAddress),
    apiKey: optional('INDABA_SPEECH_API_KEY', 'Key for that server.', { secret: true }),
    model: optional('INDABA_SPEECH_MODEL', 'Model that the speech server is asked for.'),
    modelDir: text('INDABA_SPEECH_MODEL_DIR', '', 'Folder of a sherpa-onnx model.', {
      defaultText: '`models/speech` in the data folder',
    }),
  }),
  language: Type.Object({
    engine: choice(
      'INDABA_LANGUAGE_ENGINE',
      ['auto', 'builtin', 'llm'],
      'auto',
      'What reads meaning out of text; `auto` takes `llm` where its address is set.',
    ),
    url: optional('INDABA_LANGUAGE_URL', 'Base address of an OpenAI-compatible chat server.', webAddress),
    apiKey: optional('INDABA_LANGUAGE_API_KEY', 'Key for that server.', { secret: true }),
    model: optional('INDABA_LANGUAGE_MODEL', 'Model that the chat server is asked for.'),
  }),
  storage: Type.Object({
    s3Bucket: optional('S3_BUCKET', 'Bucket for recordings. Absent: they are kept in the data folder.'),
    s3Endpoint: optional('S3_ENDPOINT', 'Address of an S3-compatible store. Absent: AWS.', webAddress),
    s3Region: text('S3_REGION', 'us-east-1', 'Region of the bucket.'),
    s3AccessKeyId: optional('S3_ACCESS_KEY_ID', 'Access key. Absent: the credentials of the machine.'),
    s3SecretAccessKey: optional('S3_SECRET_ACCESS_KEY', 'Its secret.', { secret: true }),
    s3ForcePathStyle: flag('S3_FORCE_PATH_STYLE', false, 'Name the bucket in the path, as MinIO and others want it.'),
  }),
  conversations: Type.Object({
    timeZone: text('INDABA_TIME_ZONE', 'Africa/Johannesburg', 'Zone of dates that come without one.', {
      expects: 'the name of a time zone, such as Africa/Johannesburg or UTC',
      check: isTimeZone,
    }),
    agentChannel: whole(
      'INDABA_AGENT_CHANNEL',
      0,
      'Stereo channel of the agent (0 left, 1 right) where neither metadata nor the organisation tells.',
      { minimum: 0, maximum: 1 },
    ),
  }),
  events: Type.Object({
    keepDays: whole(
      'INDABA_EVENTS_KEEP_DAYS',
      90,
      'How long events, and the log of what was delivered, are kept; they go by whole months.',
      { unit: 'days', minimum: 31, maximum: 36_500 },
    ),
    verifiesWebhooks: flag(
      'INDABA_WEBHOOKS_VERIFY',
      false,
      'Whether every new address of a webhook must answer a challenge before events are sent there; an organisation can ask it of itself.',
    ),
    streamsPerOrgMax: whole(
      'INDABA_STREAMS_PER_ORG_MAX',
      200,
      'Live streams of one organisation that each process keeps open.',
      { unit: 'streams', minimum: 0, maximum: 100_000 },
    ),
    streamsMax: whole('INDABA_STREAMS_MAX', 5000, 'Live streams of all organisations that each process keeps open.', {
      unit: 'streams',
      minimum: 0,
      maximum: 100_000,
    }),
  }),
  reports: Type.Object({
    keepDays: whole('INDABA_REPORTS_KEEP_DAYS', 30, 'How long the files of reports and exports are kept.', {
      unit: 'days',
      minimum: 1,
      maximum: 3650,
    }),
  }),
  pipeline: Type.Object({
    workers: whole(
      'INDABA_WORKERS',
      Math.max(1, availableParallelism() - 1),
      'Conversations that this process works on at once.',
      { minimum: 1, maximum: 1024, defaultText: 'one less than the processor cores, at least 1' },
    ),
    callsInProgressMax: whole(
      'INDABA_CALLS_IN_PROGRESS_MAX',
      10,
      'Calls of one organisation in progress at once; more wait, none is refused.',
      { unit: 'calls', minimum: 1, maximum: 10_000 },
    ),
  }),
  playback: Type.Object({
    copies: choice(
      'INDABA_PLAYBACK_COPIES',
      ['needed', 'always', 'never'],
      'needed',
      'Which recordings get a copy in MP3 that every browser plays: those that browsers cannot play and large WAV files, all, or none.',
    ),
    wavBytesMax: whole(
      'INDABA_PLAYBACK_WAV_BYTES_MAX',
      5 * 2 ** 20,
      'A WAV file above this size gets a copy, although browsers play it: the copy is about a fifth of its size, for slow links.',
      {
        unit: 'bytes',
        minimum: 0,
        maximum: 2 ** 40,
        defaultText: '`5242880` (5 MiB: 5.5 minutes of a telephone call in stereo)',
      },
    ),
  }),
  log: Type.Object({
    level: choice(
      'INDABA_LOG_LEVEL',
      ['debug', 'info', 'warn', 'error', 'silent'],
      'info',
      'How much the log says. Nothing that people said is ever logged.',
    ),
  }),
})
