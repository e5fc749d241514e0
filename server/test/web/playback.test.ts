// A telephone recording in A-law, which browsers do not all play, heard in a real one: its copy plays and seeks in an
// <audio> element, with no credential but the session's cookie.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { makeWav } from '../../src/pipeline/audio/fixtures.ts'
import { distinct, sampleCall } from '../journeys/sample-call.ts'
import { noBrowser, startWeb, type Visitor, type Web } from './browser.ts'

const repeats = 4
const element = `document.querySelector('audio')`

/** A-law of 8 kHz in stereo: the sample call several times, so that there is somewhere to seek to. */
async function alawCall(): Promise<Buffer> {
  const wav = await readFile(sampleCall)
  const mulaw = wav.subarray(wav.indexOf('data') + 8)
  const alaw = Uint8Array.from(mulaw, (code) => alawOf(code))
  const data = Buffer.concat(Array.from({ length: repeats }, () => alaw))
  const whole = makeWav(new Int16Array(0), { tag: 6, channels: 2, bits: 8, blockBytes: 2, dataBytes: data.length })
  return distinct(Buffer.concat([whole, data]))
}

/** ITU-T G.711: sign, segment and step of mu-law, by its value, as the nearest of A-law's. */
function alawOf(mulaw: number): number {
  const bits = ~mulaw & 0xff
  const size = ((((bits & 15) << 3) + 132) << ((bits >> 4) & 7)) - 132
  const segment = Math.max(0, Math.floor(Math.log2(Math.max(256, size))) - 7)
  const step = (size >> Math.max(4, segment + 3)) & 15
  return ((segment << 4) | step | (bits & 0x80 ? 0 : 0x80)) ^ 0x55
}

describe('playback in a browser', { skip: noBrowser }, () => {
  let web: Web
  let owner: Visitor
  before(async () => {
    web = await startWeb()
    owner = await web.owner()
  })
  after(() => web?.stop())

  test('plays and seeks the copy of a call in A-law', async () => {
    const { csrf_token: csrf } = await owner.send('GET', '/v1/session')
    const sent = await owner.context.request.post(`${web.url}/v1/calls/upload`, {
      headers: { 'x-indaba-csrf': csrf },
      multipart: { file: { name: 'call.wav', mimeType: 'audio/wav', buffer: await alawCall() } },
    })
    assert.ok(sent.ok(), await sent.text())
    const { call_id: id } = await sent.json()
    const at = `/v1/conversations/${id}`
    const answers: { status: number; range: string | undefined }[] = []
    for (let tries = 0; tries < 300; tries += 1) {
      const { recording } = await owner.send('GET', at)
      if (recording.playable) break
      await owner.page.waitForTimeout(100)
    }
    const { recording } = await owner.send('GET', at)
    assert.deepEqual([recording.codec, recording.playable, recording.variants.length], ['alaw', true, 2])

    const { page } = owner
    page.on('response', (answer) => {
      if (answer.url().includes('variant=playback'))
        answers.push({ status: answer.status(), range: answer.headers()['content-range'] })
    })
    await page.goto('/healthz')
    await page.setContent(
      '<!doctype html><html lang="en"><title>Listen</title><audio controls preload="metadata"></audio>',
    )
    const facts = await page.evaluate<{ duration: number; error: string | null }>(`new Promise((tell) => {
      const audio = ${element}
      audio.onloadedmetadata = () => tell({ duration: audio.duration, error: null })
      audio.onerror = () => tell({ duration: 0, error: audio.error.message })
      audio.src = '${at}/recording?variant=playback'
    })`)
    assert.equal(facts.error, null)
    assert.ok(Math.abs(facts.duration * 1000 - recording.duration_ms) <= 60, `${facts.duration} s`)

    const played = await page.evaluate<{ from: number; to: number }>(`new Promise((tell, fail) => {
      const audio = ${element}
      audio.muted = true
      audio.onerror = () => fail(new Error(audio.error.message))
      audio.onseeked = async () => {
        const from = audio.currentTime
        await audio.play()
        audio.ontimeupdate = () => { if (audio.currentTime > from + 0.3) tell({ from, to: audio.currentTime }) }
      }
      audio.currentTime = ${(recording.duration_ms / 1000 - 20).toFixed(1)}
    })`)
    assert.ok(played.to > played.from && played.from > recording.duration_ms / 1000 - 21)
    assert.ok(answers.some(({ status }) => status === 206))

    const decoded = await page.evaluate<{ channels: number; peaks: number[]; ms: number }>(`(async () => {
      const bytes = await (await fetch('${at}/recording?variant=playback')).arrayBuffer()
      const sound = await new OfflineAudioContext(2, 1, 8000).decodeAudioData(bytes)
      const peak = (samples) => samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0)
      const peaks = Array.from({ length: sound.numberOfChannels }, (_, i) => peak(sound.getChannelData(i)))
      return { channels: sound.numberOfChannels, peaks, ms: sound.duration * 1000 }
    })()`)
    assert.equal(decoded.channels, 2)
    assert.ok(Math.abs(decoded.ms - recording.duration_ms) <= 60, `${decoded.ms} ms`)
    assert.ok(
      decoded.peaks.every((peak) => peak > 0.1 && peak <= 1.2),
      decoded.peaks.join(),
    )
    web.assertQuiet()
  })
})
