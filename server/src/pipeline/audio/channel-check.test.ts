import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { sharedData, skipWithout } from '../../../test/shared-data.ts'
import { decode, makeFolder, run, skipWithoutTool } from './fixtures.ts'

const call = sharedData('data/audio/calls/auto_repairs_40.stereo.wav')
const mono = ['remix', '1,2']

// How to make the file from the stereo call; what it must be taken for; how many channels have speech.
const cases: [string, string[], 'distinct' | 'false_stereo', number][] = [
  ['the call itself', [], 'distinct', 2],
  ['channels swapped', ['remix', '2', '1'], 'distinct', 2],
  ['some leakage', ['remix', '1,2v0.05', '2,1v0.05'], 'distinct', 2],
  ['much leakage', ['remix', '1,2v0.3', '2,1v0.3'], 'distinct', 2],
  ['one party, the other channel silent', ['remix', '1', '0'], 'distinct', 1],
  ['one party, the other channel an echo of it', ['remix', '1', '1v0.03'], 'distinct', 1],
  ['the same twice', [...mono, 'remix', '1', '1'], 'false_stereo', 1],
  ['a quieter copy', [...mono, 'remix', '1', '1v0.4'], 'false_stereo', 1],
  ['an inverted copy', [...mono, 'remix', '1', '1v-1'], 'false_stereo', 1],
  ['a copy 8 ms late', [...mono, 'remix', '1', '1', 'delay', '0', '0.008'], 'false_stereo', 1],
]

describe('false stereo is told from real stereo', { skip: skipWithout(call) || skipWithoutTool('sox') }, () => {
  const folder = makeFolder({ after })
  for (const [name, effects, check, speaking] of cases) {
    it(name, async () => {
      const path = join(folder, 'in.wav')
      run('sox', ['-D', call as string, path, 'trim', '0', '90', ...effects])
      const audio = await decode(path, folder)
      assert.equal(audio.channelCheck, check)
      assert.equal(audio.channels.length, check === 'distinct' ? 2 : 1)
      assert.equal(audio.channels.filter((channel) => channel.speech.length > 0).length, speaking)
      assert.equal(audio.warnings.length, audio.channels.length - speaking)
      assert.ok(audio.channels.every((channel) => existsSync(channel.wavPath)))
    })
  }

  it('two different tones are not the same sound', async () => {
    const path = join(folder, 'tones.wav')
    run('sox', ['-n', '-r', '8000', '-c', '2', '-b', '16', path, 'synth', '5', 'sine', '440', 'sine', '880'])
    assert.equal((await decode(path, folder)).channelCheck, 'distinct')
  })

  it('two channels without a sound stay two', async () => {
    const path = join(folder, 'silence.wav')
    run('sox', ['-D', '-n', '-r', '8000', '-c', '2', '-b', '16', path, 'trim', '0', '5'])
    const audio = await decode(path, folder)
    assert.equal(audio.channelCheck, 'distinct')
    assert.deepEqual(
      audio.channels.map((one) => [one.speech, one.loudnessDbfsP50]),
      [
        [[], null],
        [[], null],
      ],
    )
  })
})
