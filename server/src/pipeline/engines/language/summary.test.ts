import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { sharedData, skipWithout } from '../../../../test/shared-data.ts'
import type { Role } from '../../../conversations/shapes.ts'
import { loadModels } from './models.ts'
import { createPace } from './pace.ts'
import { summarise } from './summary.ts'
import { readTurn, sentencesOf } from './words.ts'

type Spoken = { role: Role; text: string }

function summaryOf(turns: Spoken[]) {
  const read = turns.map(({ role, text }, index) => readTurn({ id: `t${index}`, role, text }, null))
  const stopWords = loadModels().stopWords('en-ZA')
  return summarise(read, () => stopWords, createPace(new AbortController().signal))
}

suite('summary', () => {
  test("quotes the customer's matter and the agent's answer, in order", async () => {
    const summary = await summaryOf([
      { role: 'agent', text: 'Good morning, how can I help you today?' },
      { role: 'customer', text: 'Hi. My washing machine leaks water since the repair last Monday.' },
      { role: 'agent', text: 'Oh no.' },
      { role: 'agent', text: 'We will send a technician to repair the washing machine tomorrow morning.' },
      { role: 'customer', text: 'Thanks, bye' },
    ])
    assert.equal(
      summary?.short,
      'My washing machine leaks water since the repair last Monday. We will send a technician to repair the washing machine tomorrow morning.',
    )
    assert.deepEqual(summary?.evidence, ['t1', 't3'])
  })

  test('makes do with little, and with nothing', async () => {
    assert.deepEqual(await summaryOf([{ role: 'unknown', text: 'Hello' }]), { short: 'Hello', evidence: ['t0'] })
    assert.equal(await summaryOf([{ role: 'unknown', text: '123 !!!' }]), null)
    assert.equal(await summaryOf([]), null)
  })

  test('stays short where speech has no full stops', async () => {
    const text = Array.from({ length: 5000 }, (_, n) => `parcel delivery number${n}`).join(' ')
    const summary = await summaryOf([{ role: 'customer', text }])
    assert.ok((summary?.short.split(' ').length ?? 0) <= 60)
  })

  const dialogues = sharedData('data/dialogues/tweetsumm_role_tagged.jsonl')
  test('is nearer to what people wrote than the first three sentences are', {
    skip: skipWithout(dialogues),
  }, async (t) => {
    const ours: number[][] = []
    const lead: number[][] = []
    for (const line of readFileSync(dialogues ?? '', 'utf8')
      .trim()
      .split('\n')) {
      const { turns, summaries } = JSON.parse(line) as { turns: Spoken[]; summaries: string[] }
      if (summaries.length === 0) continue
      const leading = turns
        .flatMap(({ text }) => sentencesOf(text))
        .slice(0, 3)
        .join(' ')
      ours.push(meanAndBest((await summaryOf(turns))?.short ?? '', summaries))
      lead.push(meanAndBest(leading, summaries))
    }
    const [our, their] = [ours, lead].map(columnMeans)
    assert.ok(our && their)
    const show = (row: number[]) => row.map((value) => value.toFixed(3)).join(' ')
    t.diagnostic('ROUGE-1, -2, -L F1 as mean over the references, then as best of them')
    t.diagnostic(`ours    ${show(our)}  (${ours.length} dialogues)`)
    t.diagnostic(`LEAD-3  ${show(their)}`)
    for (const [index, value] of our.entries()) assert.ok(value > 1.1 * (their[index] ?? 1))
  })
})

function meanAndBest(candidate: string, references: string[]): number[] {
  const scores = references.map((reference) => rouge(candidate, reference))
  return [...columnMeans(scores), ...[0, 1, 2].map((k) => Math.max(...scores.map((row) => row[k] ?? 0)))]
}

/** F1 of ROUGE-1, ROUGE-2 and ROUGE-L (Lin 2004), lower-case, letters and digits, without stemming. */
function rouge(candidate: string, reference: string): number[] {
  const [ours, theirs] = [candidate, reference].map((text) => text.toLowerCase().match(/[a-z0-9]+/g) ?? [])
  assert.ok(ours && theirs)
  const byGrams = [1, 2].map((size) => {
    const left = grams(theirs, size)
    const common = grams(ours, size).filter((gram) => {
      const at = left.indexOf(gram)
      if (at >= 0) left.splice(at, 1)
      return at >= 0
    })
    return f1(common.length, ours.length - size + 1, theirs.length - size + 1)
  })
  return [...byGrams, f1(commonSubsequence(ours, theirs), ours.length, theirs.length)]
}

function grams(words: string[], size: number): string[] {
  return words.slice(size - 1).map((_, at) => words.slice(at, at + size).join(' '))
}

function commonSubsequence(a: string[], b: string[]): number {
  let previous = new Array<number>(b.length + 1).fill(0)
  for (const word of a) {
    const row = [0]
    for (let j = 1; j <= b.length; j++) {
      row.push(word === b[j - 1] ? (previous[j - 1] ?? 0) + 1 : Math.max(previous[j] ?? 0, row[j - 1] ?? 0))
    }
    previous = row
  }
  return previous.at(-1) ?? 0
}

function f1(common: number, ours: number, theirs: number): number {
  return common === 0 ? 0 : (2 * common) / (ours + theirs)
}

function columnMeans(rows: number[][]): number[] {
  return (rows[0] ?? []).map((_, k) => rows.reduce((sum, row) => sum + (row[k] ?? 0), 0) / rows.length)
}
