// A speech engine for journeys: answers OpenAI's `POST /v1/audio/transcriptions` with one sentence, whatever it hears,
// so that a test knows what a call says. It can hold its answers back, and counts how many wait.

import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export type SpeechServer = {
  /** For `startHarness({ env })`. */
  env: Record<string, string>
  held(): number
  heldMax(): number
  /** Answers what is held, and from now on at once. */
  release(): void
  close(): void
}

export async function startSpeechServer(
  sentence: string,
  options: { isHolding?: boolean } = {},
): Promise<SpeechServer> {
  let isHolding = options.isHolding ?? false
  let heldMax = 0
  const held = new Set<ServerResponse>()
  const words = sentence.split(' ').map((word, index) => ({ word, start: 1 + index * 0.3, end: 1.25 + index * 0.3 }))
  const end = words.at(-1)?.end ?? 1
  const answer = JSON.stringify({
    task: 'transcribe',
    language: 'english',
    duration: end,
    text: sentence,
    words,
    segments: [{ id: 0, start: 1, end, text: ` ${sentence}`, avg_logprob: -0.2, no_speech_prob: 0.01 }],
  })
  const say = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'application/json' }).end(answer)

  const server = createServer(async (request, response) => {
    await buffer(request).catch(() => null)
    if (!isHolding) return void say(response)
    held.add(response)
    heldMax = Math.max(heldMax, held.size)
    response.on('close', () => held.delete(response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A test that fails before it closes this must still end.
  server.unref()
  const { port } = server.address() as AddressInfo
  return {
    env: {
      INDABA_SPEECH_ENGINE: 'openai',
      INDABA_SPEECH_URL: `http://127.0.0.1:${port}/v1`,
      INDABA_SPEECH_MODEL: 'test',
    },
    held: () => held.size,
    heldMax: () => heldMax,
    release() {
      isHolding = false
      for (const response of held) say(response)
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
