// A speech engine that knows the sample call: answers OpenAI's `POST /v1/audio/transcriptions` with lines of ours, in
// the stretches in which each side of that recording speaks. The real engines are slow or not installed; what is tested
// here is what people do with words that have times.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

type Line = { from: number; to: number; text: string; sure?: number }

/** Seconds, as the voice detector finds them in samples/call.wav. */
const agent: Line[] = [
  { from: 0.34, to: 5.9, text: 'Good morning, thank you for calling the service desk. How can I help you today?' },
]
const customer: Line[] = [
  { from: 6.8, to: 9.4, text: 'Good morning, I have a problem with my car.' },
  { from: 10.08, to: 13.18, text: 'I brought it in last week and it is still broken.' },
  { from: 14.1, to: 18.52, text: 'The same noise is back, and I am very disappointed with the repair.' },
  { from: 21.1, to: 22.38, text: 'That is right.', sure: 0.3 },
  { from: 23.32, to: 26.26, text: 'I paid for the repair and it is terrible.' },
  { from: 26.68, to: 29.54, text: 'I need the car for work every day this week.' },
  { from: 32.88, to: 36.86, text: 'Could I bring it in tomorrow morning, please?' },
  { from: 37.44, to: 42, text: 'That would be wonderful, thank you very much for your help.' },
]

const answerOf = (lines: Line[]) => ({
  task: 'transcribe',
  language: 'english',
  duration: 42,
  text: lines.map(({ text }) => text).join(' '),
  segments: lines.map(({ from, to, text }, id) => ({
    id,
    start: from,
    end: to,
    text,
    avg_logprob: -0.1,
    no_speech_prob: 0,
  })),
  words: lines.flatMap(({ from, to, text, sure = 0.9 }) => {
    const words = text.split(' ')
    const each = (to - from) / words.length
    return words.map((word, index) => ({
      word,
      start: from + index * each,
      end: from + (index + 0.9) * each,
      probability: sure,
    }))
  }),
})

/** Whether somebody speaks within the first second: on the agent's side alone. 16-bit PCM. */
function isAgent(wav: Buffer): boolean {
  const rate = wav.readUInt32LE(24)
  const start = wav.indexOf('data') + 8
  for (let at = start; at < Math.min(wav.length - 1, start + rate * 2); at += 2) {
    if (Math.abs(wav.readInt16LE(at)) > 2000) return true
  }
  return false
}

/** `env` is for `startWeb`; `hold` keeps answers back until `release`. */
export async function startSampleSpeech() {
  let waiting: Promise<void> = Promise.resolve()
  let release = () => {}
  const server = createServer(async (request, response) => {
    const body = await buffer(request)
    const form = await new Response(body, {
      headers: { 'content-type': request.headers['content-type'] ?? '' },
    }).formData()
    const file = form.get('file')
    const wav = file instanceof Blob ? Buffer.from(await file.arrayBuffer()) : Buffer.alloc(0)
    await waiting
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answerOf(isAgent(wav) ? agent : customer)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    env: {
      INDABA_SPEECH_ENGINE: 'openai',
      INDABA_SPEECH_URL: `http://127.0.0.1:${port}/v1`,
      INDABA_SPEECH_MODEL: 'sample',
    },
    hold() {
      waiting = new Promise((resolve) => {
        release = resolve
      })
    },
    release: () => release(),
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
