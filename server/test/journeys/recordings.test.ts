import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { pocketsphinxEngine } from '../../src/pipeline/engines/speech/pocketsphinx.ts'
import { startTranscriptionServer } from '../fakes/transcription-server.ts'
import { type Customer, type Harness, startHarness } from '../harness.ts'
import { sharedData, skipWithout } from '../shared-data.ts'
import { sampleCall } from './sample-call.ts'
import { startWebhookReceiver } from './webhook-receiver.ts'

const run = promisify(execFile)
const audio = sharedData('data', 'audio')
const file = (...parts: string[]) => join(audio ?? '', ...parts)

type Expected = { path: string; seconds: number; rate: number; channels: 1 | 2; check: string }

/** Of the shared recordings: what each file is, as its source says. */
const recordings: Expected[] = [
  { path: 'calls/auto_repairs_40.stereo.wav', seconds: 245.1, rate: 8000, channels: 2, check: 'stereo' },
  { path: 'calls/chromecast_order_8k.wav', seconds: 45.2, rate: 8000, channels: 1, check: 'mono' },
  { path: 'calls/stereo_two_speakers_5s.wav', seconds: 5, rate: 16_000, channels: 2, check: 'stereo' },
  { path: 'diarisation/ami_trn01.wav', seconds: 30, rate: 16_000, channels: 1, check: 'mono' },
  { path: 'diarisation/ami_trn02.wav', seconds: 30, rate: 16_000, channels: 1, check: 'mono' },
  { path: 'diarisation/picovoice_three_turns.wav', seconds: 18.7, rate: 16_000, channels: 1, check: 'mono' },
  { path: 'asr/LJ001-0001.wav', seconds: 9.7, rate: 22_050, channels: 1, check: 'mono' },
  { path: 'asr/jfk.wav', seconds: 11, rate: 16_000, channels: 1, check: 'mono' },
  { path: 'asr/vosk_test_digits.wav', seconds: 10.2, rate: 8000, channels: 1, check: 'mono' },
  { path: 'digits_8k/7_jackson_0.wav', seconds: 0.4, rate: 8000, channels: 1, check: 'mono' },
]
