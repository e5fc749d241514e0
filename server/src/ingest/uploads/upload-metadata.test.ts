import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../../platform/problem.ts'
import { readUploadMetadata } from './upload-metadata.ts'

test('what it is follows from its name, unless it is said', () => {
  const purposeOf = (said: Record<string, string>) => readUploadMetadata(said).purpose
  for (const filename of ['a.zip', 'A.ZIP', 'b.csv', 'b.tsv', 'c.json', 'c.ndjson'])
    assert.equal(purposeOf({ filename }), 'batch')
  for (const filename of ['a.wav', 'a.zip.mp3', 'zip', '']) assert.equal(purposeOf({ filename }), 'recording')
  assert.equal(purposeOf({}), 'recording')
  assert.equal(purposeOf({ name: 'x.zip' }), 'batch', 'as some clients call it')
  assert.equal(purposeOf({ filename: 'a.zip', purpose: 'recording' }), 'recording')
  assert.equal(purposeOf({ filename: 'a.wav', purpose: 'batch' }), 'batch')
  assert.throws(() => purposeOf({ purpose: 'other' }), { code: 'unknown_purpose' })
})

test('fields are read from the texts and from the metadata, and those of the file and its item are kept apart', () => {
  const said = readUploadMetadata({
    filename: 'a.wav',
    filetype: 'audio/wav',
    relativePath: null,
    caller_number: '+27110000000',
    metadata: '{"agent":"a@example.com","item_name":"inner"}',
    ingest_job_id: 'j',
    item_name: 'outer',
  })
  assert.deepEqual(said, {
    purpose: 'recording',
    fileName: 'a.wav',
    contentType: 'audio/wav',
    named: { jobId: 'j', name: 'inner' },
    fields: { caller_number: '+27110000000', metadata: { agent: 'a@example.com', item_name: 'inner' } },
  })
  assert.equal(readUploadMetadata({ filename: 'a.wav' }).named, null)
})

test('what cannot be kept or read is refused', () => {
  for (const [said, code] of [
    [{ filename: 'a\0.wav' }, 'nul_character'],
    [{ metadata: '{' }, 'invalid_json'],
    [{ metadata: '[]' }, 'not_an_object'],
    [{ metadata: `${'['.repeat(100)}` }, 'too_deep'],
    [{ ['n'.repeat(300)]: 'x' }, 'name_too_long'],
  ] as const) {
    assert.throws(() => readUploadMetadata(said), { code }, JSON.stringify(said).slice(0, 80))
  }
})

test('property: any texts are read, or refused with a Problem', () => {
  const texts = fc.dictionary(fc.string(), fc.option(fc.oneof(fc.string(), fc.json())))
  fc.assert(
    fc.property(texts, (said) => {
      try {
        readUploadMetadata(said)
      } catch (err) {
        assert.ok(err instanceof Problem && err.kind === 'invalid', String(err))
      }
    }),
  )
})
