// The composition root: builds each thing once and hands each slice what it needs. The true map of who needs what.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { access, findOrg } from './access/index.ts'
import { vbotRoutes } from './api/vbot/routes.ts'
import { authRoutes } from './api/vela/auth-routes.ts'
import { velaRoutes } from './api/vela/routes.ts'
import type { Config } from './config.ts'
import { openIdProviders } from './config-values.ts'
import { inbound, inboundJob } from './connectors/index.ts'
import {
  annotations,
  asToldTo,
  conversationRoutes,
  fileRemovals,
  isUnmasked,
  nameBearers,
  noticeMailJob,
  readDossier,
  removalJob,
  revealRoutes,
  spoken,
  wholeOrg,
} from './conversations/index.ts'
import {
  announceHead,
  asyncApiRoutes,
  deadLetters,
  deadLettersJob,
  endpointNoticeJob,
  eventLog,
  liveStream,
  startDelivery,
  ways,
  webhookEndpoints,
} from './events/index.ts'
import { ingest } from './ingest/index.ts'
import { insights, reportJobs, reports } from './insights/index.ts'
import { openKeyring } from './keyring.ts'
import { alerts, startHousekeeping, telemetry } from './operations/index.ts'
import { pipeline, pipelineJobs, playbackJob, sniffRecording } from './pipeline/index.ts'
import { type Db, openDb } from './platform/db/db.ts'
import { everyOrg } from './platform/db/scope.ts'
import { referenceRoutes } from './platform/http/reference.ts'
import type { Route } from './platform/http/route.ts'
import { closeServer, listen, openServer } from './platform/http/server.ts'
import { openQueue } from './platform/jobs/queue.ts'
import { runWorkers } from './platform/jobs/runner.ts'
import type { Log } from './platform/log.ts'
import { openMail } from './platform/mail.ts'
import { addressGuard, isFileServerPort } from './platform/outbound/address-guard.ts'
import { parseOutboundAllow } from './platform/outbound/allow-list.ts'
import { outbound } from './platform/outbound/request.ts'
import { Problem } from './platform/problem.ts'
import { openStore, type StorageSettings } from './storage/index.ts'

export const version = '0.1.0'

export type Roles = { serve: boolean; work: boolean }

export type App = {
  /** Listens, and starts to work; answers with the port. */
  start(): Promise<{ port: number }>
  /** In-flight requests and jobs end, or are handed back after `graceMs`. */
  stop(graceMs?: number): Promise<void>
  routes: Route[]
  db: Db
  /** Where the first administrator is made, good once; null where there is one. */
  makeSetupLink(): Promise<string | null>
  speechEngine: { name: string | null; reason: string }
}

const connectionsMax = 20
const relaxedConnectionsMax = 8
const webFolder = join(import.meta.dirname, '../../web/dist')
// Container engines kill 10 s after they have asked.
const graceMsDefault = 8000

export async function openApp(input: {
  config: Config
  databaseUrl: string
  adminToken: string
  /** Null: a key service holds the key. */
  secretKey: Uint8Array | null
  roles: Roles
  log: Log
}): Promise<App> {
  const { config, databaseUrl, log, roles } = input
  const db = openDb({ url: databaseUrl, connectionsMax })
  const relaxedDb = openDb({ url: databaseUrl, connectionsMax: relaxedConnectionsMax, isRelaxed: true })
  const allow = parseOutboundAllow(config.outbound.allow.join(','))
  const out = outbound({ allow, userAgent: `Indaba/${version}` })
  const { secrets, rewrap } = await openKeyring({
    db,
    settings: config.access,
    secretKey: input.secretKey,
    outbound: out,
  }).catch(async (err) => {
    await Promise.all([db.destroy(), relaxedDb.destroy(), out.close()])
    throw err
  })
  const store = openStore(storageOf(config))
  const workDir = join(config.data.dir, 'work')
  await mkdir(workDir, { recursive: true, mode: 0o700 }).catch((cause) => {
    const detail = `The folder ${workDir} cannot be made (${cause.code}). Set INDABA_DATA_DIR to a folder that this user may write.`
    throw new Problem('unavailable', 'data_folder_unusable', detail, { cause })
  })

  // With PORT=0 the address is known only once it listens.
  let servedPort = 0
  const publicUrl = () => config.http.publicUrl.replace(/:0$/, `:${servedPort}`)
  const jobs = pipelineJobs(config.pipeline)
  const mail = openMail(config.mail)
  const entrance = ingest({
    db,
    store,
    secrets,
    download: out.download,
    publicUrl,
    timeZone: config.conversations.timeZone,
    uploadBytesMax: config.http.uploadBytesMax,
    batchBytesMax: config.http.batchBytesMax,
    remote: {
      gates: { files: addressGuard({ allow, ports: isFileServerPort }).resolve, web: out.guard.resolve },
      mountedFolders: config.ingest.mountedFolders,
    },
    queue: () => queue,
    log,
    mail,
    checkRecording: sniffRecording,
    analyse: (tx, conversations) => analysis.enqueue(tx, conversations),
    removeFiles: (tx, storeKeys) => removals.removeFiles(tx, storeKeys),
  })
  const alarms = alerts({
    db,
    secrets,
    queue: () => queue,
    log,
    mail,
    publicUrl,
    timeZone: config.conversations.timeZone,
  })
  const queue = await openQueue({
    url: databaseUrl,
    jobs: [
      ...entrance.jobs,
      ...alarms.jobs,
      ...reportJobs,
      jobs.voice,
      jobs.chat,
      playbackJob,
      noticeMailJob,
      removalJob,
      inboundJob,
      endpointNoticeJob,
      deadLettersJob,
    ],
    log,
    supervise: roles.work,
  })
  const analysis = await pipeline({
    db,
    store,
    queue,
    jobs,
    log,
    workDir,
    speech: { ...config.speech, fetch: out.fetchLike({ trusted: true, partition: 'speech', timeoutMs: 15 * 60_000 }) },
    language: {
      ...config.language,
      fetch: out.fetchLike({ trusted: true, partition: 'language', timeoutMs: 120_000 }),
    },
    agentChannel: config.conversations.agentChannel === 1 ? 1 : 0,
    copies: config.playback,
  })
  const figures = telemetry({ db, queue, version })
  const defaultTimeZone = config.conversations.timeZone
  const insight = insights({ db, secrets, log, defaultTimeZone })
  const removals = fileRemovals({ db, store, queue })
  const notes = annotations({
    ...{ db, secrets, mail, publicUrl, queue: () => queue, again: analysis.again, defaultTimeZone },
    removeFiles: removals.removeFiles,
  })
  const papers = reports({
    ...{ db, store, secrets, mail, log, publicUrl, queue: () => queue },
    removeFiles: removals.removeFiles,
    keepDays: config.reports.keepDays,
    timeZone: config.conversations.timeZone,
  })

  const { keys, tokens, ...door } = access({
    db,
    relaxedDb,
    secrets,
    log,
    mail,
    publicUrl,
    adminToken: input.adminToken,
    bearers: nameBearers,
    tellHead: announceHead,
    limits: {
      perMinute: config.http.rateLimitPerMinute,
      strangersPerSecond: config.http.strangersPerSecond,
      failuresPerMinute: config.http.failuresPerMinute,
    },
    tokens: config.tokens,
    oauth: config.oauth,
    signIn: {
      settings: { ...config.signIn, others: openIdProviders(config.signIn.providers ?? '[]') ?? [] },
      fetchLike: out.fetchLike({
        trusted: false,
        partition: 'sign-in',
        timeoutMs: 15_000,
        responseSizeBytesMax: 2 ** 20,
      }),
    },
  })

  const sending = ways({ outbound: out, allow })
  const endpoints = webhookEndpoints({
    db,
    secrets,
    outbound: out,
    ways: sending,
    queue: () => queue,
    mail,
    publicUrl,
    takeOne: door.takeOne,
    demandsVerification: config.events.verifiesWebhooks,
  })
  const systems = inbound({ db, secrets, queue, publicUrl, takeOne: door.takeOne, doors: entrance.doors })

  const eventsKept = eventLog({ db, secrets, seenBy: asToldTo })
  const letters = deadLetters({ db, secrets, queue, vbotFacts: vbotFacts(db), seenBy: asToldTo, isUnmasked })
  const live = liveStream({
    db,
    log,
    seenBy: asToldTo,
    standing: door.standing,
    tickets: door.tickets,
    limits: { perOrg: config.events.streamsPerOrgMax, perProcess: config.events.streamsMax },
  })

  const routes = [
    ...conversationRoutes({ db, store, defaultTimeZone, copies: config.playback, prepareMedia: analysis.prepareMedia }),
    ...notes.routes,
    ...analysis.routes,
    ...eventsKept.routes,
    ...live.routes,
    ...endpoints.routes,
    ...letters.routes,
    ...revealRoutes({ db, secrets }),
    ...insight.routes,
    ...papers.routes,
    ...entrance.routes,
    ...door.routes,
    ...authRoutes({
      tokens,
      inviteUser: routeOf(door.routes, 'POST', '/v1/users'),
      postOffice: { db, mail, log, publicUrl },
    }),
    ...velaRoutes({ doors: entrance.doors }),
    ...vbotRoutes({
      db,
      keys,
      secrets,
      guard: out.guard,
      doors: entrance.doors,
      async removeFilesOf(tx, orgId) {
        await removals.removeFilesOf(tx, orgId)
        await entrance.removeArchivesOf(tx, orgId)
        await papers.removeFilesOf(tx, orgId)
      },
    }),
    ...figures.routes,
    ...alarms.routes,
    ...systems.routes,
  ]
  const reference = [...referenceRoutes(routes, version), ...asyncApiRoutes(version)]
  const http = await openServer([...routes, ...reference], door.guards, {
    log,
    corsOrigins: config.http.corsOrigins.includes('*') ? '*' : [...config.http.corsOrigins],
    trustedProxies: config.http.trustedProxies,
    limits: { fieldBytesMax: config.http.jsonBytesMax, fileBytesMax: config.http.uploadBytesMax },
    onAnswer: figures.onAnswer,
    journal: door.journal,
    mounts: door.mounts,
    webFolder,
  })
  const rewrapSecrets = () =>
    rewrap({ actor: 'system', warn: (err, what) => log.error({ err, what }, 'a stored secret does not open') })
  const running: { stop(graceMs: number): unknown }[] = []

  return {
    routes,
    db,
    makeSetupLink: door.makeSetupLink,
    speechEngine: analysis.speechEngine,
    async start() {
      const { serve: serves, work: works } = roles
      const engines = { speech_engine: analysis.speechEngine.name, language_engine: analysis.languageEngine }
      const own = { serves, works, version, ...engines }
      running.push(await figures.startHeartbeat({ log, dataDir: config.data.dir, own }))
      if (roles.work) {
        running.push(
          await runWorkers({
            url: databaseUrl,
            db,
            claimsDb: relaxedDb,
            queue,
            workers: [
              ...entrance.workers,
              ...analysis.workers,
              removals.worker,
              notes.worker,
              ...alarms.workers,
              ...papers.workers,
              ...systems.workers,
              ...endpoints.workers,
              letters.worker,
            ],
            log,
          }),
        )
        running.push(
          everyOrg(() =>
            startDelivery({
              db: relaxedDb,
              url: databaseUrl,
              ways: sending,
              secrets,
              log,
              publicUrl,
              vbotFacts: vbotFacts(db),
              tellOwners: endpoints.tellOwners,
            }),
          ),
        )
        running.push(door.startSigning())
        running.push(everyOrg(() => entrance.startSyncs()))
        running.push(everyOrg(() => alarms.start()))
        running.push(everyOrg(() => papers.start()))
        // Across organisations: each page of changes is read in the scope of its own.
        running.push(everyOrg(() => insight.start()))
        running.push(
          everyOrg(() => startHousekeeping({ db, store, log, rewrapSecrets, keepDays: config.events.keepDays })),
        )
      }
      if (!roles.serve) return { port: 0 }
      running.push(keys.start(databaseUrl, log))
      running.push(live.start(databaseUrl))
      servedPort = await listen(http, config.http)
      return { port: servedPort }
    },
    async stop(graceMs = graceMsDefault) {
      entrance.endStreams()
      eventsKept.endWaits()
      live.endStreams()
      await Promise.all([closeServer(http, graceMs), ...running.map((one) => one.stop(graceMs))])
      await door.stop()
      await queue.stop()
      await analysis.close()
      await sending.close()
      await out.close()
      mail.close()
      store.close()
      await Promise.all([db.destroy(), relaxedDb.destroy()])
    },
  }
}

function routeOf(routes: Route[], method: Route['method'], path: string): Route {
  const found = routes.find((route) => route.method === method && route.paths[0] === path)
  if (!found) throw new Problem('bug', 'no_such_route', `There is no route ${method} ${path}.`)
  return found
}

function storageOf({ storage, data }: Config): StorageSettings {
  if (!storage.s3Bucket) return { kind: 'local', root: join(data.dir, 'store') }
  return {
    kind: 's3',
    bucket: storage.s3Bucket,
    region: storage.s3Region,
    endpoint: storage.s3Endpoint ?? undefined,
    accessKeyId: storage.s3AccessKeyId ?? undefined,
    secretAccessKey: storage.s3SecretAccessKey ?? undefined,
    forcePathStyle: storage.s3ForcePathStyle,
  }
}

/** vBot's payload shows the customer's number and the whole transcript, which events do not carry. */
const vbotFacts = (db: Db) => async (orgId: string, conversationId: string) => {
  const [org, dossier] = await Promise.all([findOrg(db, orgId), readDossier(db, wholeOrg(orgId), conversationId)])
  return { customerId: org?.alias ?? 0, transcription: spoken(dossier.turns) }
}
