// Diarisation error rate and RTTM files, for measuring engines and for checking interval code against known scores.
// Definition as in NIST's md-eval: missed + false alarm + confused speaker time over reference speaker time, overlap
// counted, the mapping of speakers that confuses least, no collar.

export type SpokenInterval = { file: string; speaker: string; startS: number; endS: number }

export type DiarisationScore = {
  missedS: number
  falseAlarmS: number
  confusedS: number
  /** Reference speaker time, overlap counted per speaker. */
  scoredS: number
  /** 1 = 100 %; NaN when nothing is to be scored. */
  rate: number
}

/** `SPEAKER <file> <channel> <start s> <length s> <NA> <NA> <speaker> ...`; other lines are left out. */
export function readRttm(text: string): SpokenInterval[] {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([type]) => type === 'SPEAKER')
    .map(([, file, , start, length, , , speaker]) => ({
      file: file as string,
      speaker: speaker as string,
      startS: Number(start),
      endS: Number(start) + Number(length),
    }))
}

/** Scores one file between `fromS` and `toS`; by default from the first to the last time of either side. */
export function diarisationErrorRate(
  reference: SpokenInterval[],
  system: SpokenInterval[],
  fromS = Number.NEGATIVE_INFINITY,
  toS = Number.POSITIVE_INFINITY,
): DiarisationScore {
  const refs = [...new Set(reference.map(({ speaker }) => speaker))]
  const hyps = [...new Set(system.map(({ speaker }) => speaker))]
  const together = refs.map(() => hyps.map(() => 0))
  const score = { missedS: 0, falseAlarmS: 0, confusedS: 0, scoredS: 0 }
  let mappableS = 0
  for (const { startS, endS } of segments([...reference, ...system], fromS, toS)) {
    const speaking = (side: SpokenInterval[], names: string[]): number[] => [
      ...new Set(side.filter((x) => x.startS <= startS && x.endS >= endS).map((x) => names.indexOf(x.speaker))),
    ]
    const [inRef, inSys] = [speaking(reference, refs), speaking(system, hyps)]
    const lengthS = endS - startS
    score.scoredS += inRef.length * lengthS
    score.missedS += Math.max(0, inRef.length - inSys.length) * lengthS
    score.falseAlarmS += Math.max(0, inSys.length - inRef.length) * lengthS
    mappableS += Math.min(inRef.length, inSys.length) * lengthS
    for (const r of inRef) for (const h of inSys) (together[r] as number[])[h] = (together[r]?.[h] ?? 0) + lengthS
  }
  score.confusedS = mappableS - bestMapping(together, hyps.length)
  return { ...score, rate: (score.missedS + score.falseAlarmS + score.confusedS) / score.scoredS }
}

/** Stretches between all borders, inside the scored part. */
function segments(all: SpokenInterval[], fromS: number, toS: number): { startS: number; endS: number }[] {
  const borders = [...all.flatMap(({ startS, endS }) => [startS, endS]), fromS, toS]
    .filter((s) => Number.isFinite(s) && s >= fromS && s <= toS)
    .sort((a, b) => a - b)
  return borders
    .slice(1)
    .map((endS, i) => ({ startS: borders[i] as number, endS }))
    .filter((x) => x.endS > x.startS)
}

/** Most time that one-to-one pairs can share: exact, over all subsets of system speakers (fine up to some 15). */
function bestMapping(togetherS: number[][], columns: number): number {
  let best = new Map([[0, 0]])
  for (const row of togetherS) {
    const next = new Map(best)
    for (const [used, sum] of best) {
      for (let column = 0; column < columns; column++) {
        const taken = used | (1 << column)
        if (taken !== used) next.set(taken, Math.max(next.get(taken) ?? 0, sum + (row[column] as number)))
      }
    }
    best = next
  }
  return Math.max(...best.values())
}
