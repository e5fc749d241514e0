import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { sharedData, skipWithout } from '../../../../test/shared-data.ts'
import { findKeywords } from './keywords.ts'
import { loadModels } from './models.ts'
import { createPace } from './pace.ts'
import { readTurn } from './words.ts'

function keywordsOf(texts: string[], tag: string | null = 'en-ZA') {
  const turns = texts.map((text, index) => readTurn({ id: `t${index}`, role: 'unknown', text }, null))
  const stopWords = loadModels().stopWords(tag)
  return findKeywords(turns, () => stopWords, createPace(new AbortController().signal))
}

suite('keywords', () => {
  test('finds what is talked about, counted, best first', async () => {
    const keywords = await keywordsOf([
      'My debit order bounced and the debit order fee is too high.',
      'I will refund the fee of the debit order.',
    ])
    assert.deepEqual(keywords[0], { text: 'debit order', score: 1, count: 3 })
    assert.equal(keywords.find(({ text }) => text === 'fee')?.count, 2)
    assert.ok(!keywords.some(({ text }) => text === 'debit'), 'a phrase swallows its parts')
    const scores = keywords.map(({ score }) => score)
    assert.deepEqual(
      scores,
      scores.toSorted((a, b) => b - a),
    )
  })

  test('leaves out numbers, names after @, links, addresses and small talk', async () => {
    const keywords = await keywordsOf([
      'Hello, thank you! My card is 4111 1111 1111 1111, mail me at jo.smith@example.org or @josmith, see https://example.org/invoice',
      'Yes please, okay, goodbye.',
    ])
    assert.deepEqual(keywords.map(({ text }) => text).sort(), ['card', 'mail'])
  })

  test('works in any language, in capitals or not', async () => {
    const afrikaans = await keywordsOf(
      ['Die BATTERY is pap. Die battery van my motor is weer pap.', 'Ons bring die battery vir die motor'],
      'af-ZA',
    )
    assert.deepEqual(afrikaans[0], { text: 'battery', score: 1, count: 3 })
    const unknown = await keywordsOf(['посылка не пришла', 'посылка где'], null)
    assert.deepEqual(unknown[0], { text: 'посылка', score: 1, count: 2 })
    assert.deepEqual(await keywordsOf(['', '...', '1 2 3']), [])
  })

  // Abstracts and news, with phrases chosen by people, are far from conversations: the figures only guard against decay.
  const sets: [string, number][] = [
    ['inspec', 0.12],
    ['500n-kpcrowd-v1.1', 0.1],
    ['semeval2017', 0.12],
  ]
  const first = sharedData('data/keywords/inspec.jsonl')
  test('agrees with people now and then', { skip: skipWithout(first) }, async (t) => {
    for (const [name, least] of sets) {
      let [common, ours, theirs] = [0, 0, 0]
      for (const line of readFileSync(sharedData(`data/keywords/${name}.jsonl`) ?? '', 'utf8')
        .trim()
        .split('\n')) {
        const { text, keys } = JSON.parse(line) as { text: string; keys: string[] }
        const gold = new Set(keys.map(stemmed))
        const found = new Set((await keywordsOf([text])).map((keyword) => stemmed(keyword.text)))
        common += [...found].filter((key) => gold.has(key)).length
        ours += found.size
        theirs += gold.size
      }
      const f1 = (2 * common) / (ours + theirs)
      t.diagnostic(
        `${name}: precision ${(common / ours).toFixed(3)}, recall ${(common / theirs).toFixed(3)}, F1 ${f1.toFixed(3)}`,
      )
      assert.ok(f1 >= least)
    }
  })
})

/** Endings of English plurals and verbs off; enough to compare with. */
function stemmed(phrase: string): string {
  const words = phrase.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  return words
    .map((word) => (word.length > 4 ? word.replace(/(ies|es|s|ing|ed|ly|e)$/, '') : word.replace(/s$/, '')))
    .join(' ')
}
