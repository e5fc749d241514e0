// Figure: what Indaba's own stages cost beside the speech engine. A stereo call of four minutes goes through the whole
// program with a speech server that answers at once, so what is measured is everything else: reading, decoding, turns,
// measures, language, and writing it all down. The time runs from the start of the first stage to the end of the last.

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { sharedData } from '../server/test/shared-data.ts'
import { durableDatabase } from './durable-database.ts'
import { median, report, round, skip, spread } from './figure.ts'
import { startProgram } from './program.ts'

const name = 'Pipeline time without the speech engine, in % of a call of four minutes'
const goalPercent = 1
const runs = 7
const timeoutMs = 60_000
const wordsPerSecond = 2

type Stage = { name: string; started_at: string; ended_at: string }
type Call = { status: string; failure: unknown; duration_ms: number; stages: Stage[] }

/** Speaks OpenAI's contract and hears the same word all the time. `busyMs` is how long requests waited for it. */
async function startSpeechServer() {
  const speech = { url: '', busyMs: 0, requests: 0, stop: () => server.close() }
  const server = createServer(async (request, answer) => {
    const body = await buffer(request)
    const startedAt = performance.now()
    const wav = body.indexOf('RIFF')
    const duration = body.readUInt32LE(wav + 4) / body.readUInt32LE(wav + 28)
    const words = Array.from({ length: Math.floor(duration * wordsPerSecond) }, (_, index) => ({
      word: 'parcel',
      start: index / wordsPerSecond,
      end: (index + 0.8) / wordsPerSecond,
    }))
    const text = words.map(({ word }) => word).join(' ')
    answer.setHeader('content-type', 'application/json')
    answer.end(JSON.stringify({ task: 'transcribe', language: 'english', duration, text, words, segments: [] }))
    speech.requests += 1
    speech.busyMs += performance.now() - startedAt
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  speech.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return speech
}

async function measure(path: string): Promise<void> {
  const recording = new Blob([await readFile(path)], { type: 'audio/wav' })
  const speech = await startSpeechServer()
  const database = await durableDatabase()
  const env = { INDABA_SPEECH_ENGINE: 'openai', INDABA_SPEECH_URL: speech.url, INDABA_SPEECH_MODEL: 'none' }
  const program = await startProgram({ command: 'start', databaseUrl: database.url, dir: database.dir, env })
  const headers = { 'x-api-key': program.key }
  let sent = 0

  async function process(): Promise<Call> {
    const body = new FormData()
    body.append('interaction_id', `bench-${sent++}`)
    body.append('file', recording, 'call.wav')
    const answer = await fetch(`${program.url}/v1/calls/upload`, { method: 'POST', headers, body })
    const { call_id } = (await answer.json()) as { call_id: string }
    const until = Date.now() + timeoutMs
    for (;;) {
      await delay(200)
      const found = await fetch(`${program.url}/v1/conversations/${call_id}`, { headers })
      const call = (await found.json()) as Call
      if (call.status === 'completed') return call
      if (call.status === 'failed' || Date.now() > until) throw new Error(`${call.status}: ${JSON.stringify(call)}`)
    }
  }

  try {
    await process()
    const percents: number[] = []
    const byStage = new Map<string, number[]>()
    for (let i = 0; i < runs; i++) {
      const engineMs = speech.busyMs
      const { stages, duration_ms: durationMs } = await process()
      const times = stages.map((stage) => ({
        name: stage.name,
        start: Date.parse(stage.started_at),
        end: Date.parse(stage.ended_at),
      }))
      const ms = Math.max(...times.map(({ end }) => end)) - Math.min(...times.map(({ start }) => start))
      percents.push(((ms - (speech.busyMs - engineMs)) / durationMs) * 100)
      for (const stage of times) byStage.set(stage.name, [...(byStage.get(stage.name) ?? []), stage.end - stage.start])
    }
    if (speech.requests === 0) throw new Error('the speech server was never asked')
    const stages = [...byStage].map(([stage, ms]) => `${stage} ${round(median(ms))} ms`)
    const from = `Median of ${runs} calls (${spread(percents)}); ${stages.join(', ')}.`
    report({ name, value: median(percents), goal: { atMost: goalPercent }, unit: '%', from })
  } finally {
    await program.stop()
    await database.stop()
    speech.stop()
  }
}

const path = sharedData('data/audio/calls/auto_repairs_40.stereo.wav')
if (path) await measure(path)
else skip(name, 'the recordings are not here (set INDABA_SHARED to their folder)')
