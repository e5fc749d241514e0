// The Test button: tries a server out step by step, within a time limit, and says of each step how it went.

import { Type } from 'typebox'
import type { Call } from '../../platform/http/route.ts'
import { Problem } from '../../platform/problem.ts'
import { type OnStep, RemoteFailure, type RemoteFolder, type Step, steps } from '../../platform/remote/folder.ts'
import { type ProbeStep, probe } from '../../platform/remote/probe.ts'
import type { Extra } from './open-server.ts'

/** The whole trial; the answer is sent within 30 s. */
const timeoutMs = 28_000
/** Each holds a connection for half a minute at worst. */
const atOnceMax = 4

export const trialAnswer = Type.Object({
  ok: Type.Boolean(),
  steps: Type.Array(
    Type.Object({
      step: Type.Union(steps.map((one) => Type.Literal(one))),
      ok: Type.Boolean(),
      detail: Type.String({ description: 'What was found, or what is wrong and how to mend it' }),
      fingerprint: Type.Optional(Type.String({ description: 'Of the host key or certificate that was met' })),
    }),
  ),
})

/** So that the step that hangs is the one that is told, before the whole trial is over. */
const patience = { connectTimeoutMs: 8000, silenceTimeoutMs: 10_000 }

type Trial = { ok: boolean; steps: ProbeStep[] }
type Open = (extra: Extra) => Promise<RemoteFolder>
type Trials = (call: Pick<Call, 'by' | 'signal'>, open: Open, isWritten: boolean) => Promise<Trial>

/** @throws Problem('limited', 'too_many_tests') while the organisation has several under way */
export function trials(): Trials {
  const underWay = new Map<string, number>()

  return async ({ by: { orgId }, signal }, open, isWritten) => {
    const before = underWay.get(orgId) ?? 0
    if (before >= atOnceMax) {
      const detail = `${atOnceMax} tests of remote servers are under way. Wait for one of them to end.`
      throw new Problem('limited', 'too_many_tests', detail, { retryAfterS: 5 })
    }
    underWay.set(orgId, before + 1)
    try {
      return await tryOut(open, isWritten, signal)
    } finally {
      const left = (underWay.get(orgId) ?? 1) - 1
      if (left > 0) underWay.set(orgId, left)
      else underWay.delete(orgId)
    }
  }
}

async function tryOut(open: Open, isWritten: boolean, given: AbortSignal): Promise<Trial> {
  const late = AbortSignal.timeout(timeoutMs)
  const done: ProbeStep[] = []
  let tell: OnStep = () => {}
  let met: string | null = null
  const onHostKey = (fingerprint: string) => {
    met ??= fingerprint
  }
  const onStep: OnStep = (step, detail) => {
    done.push({ step, ok: true, detail })
    tell(step, detail)
  }
  try {
    const folder = await open({ onStep, onHostKey, ...patience })
    const found = await probe(
      (probes) => {
        tell = probes
        return folder
      },
      { isWritten, signal: AbortSignal.any([given, late]) },
    ).finally(() => folder.close())
    const shown = found.map((one) => (one.step === 'host_key' && met ? { ...one, fingerprint: met } : one))
    return { ok: shown.every((one) => one.ok), steps: shown }
  } catch (err) {
    if (err instanceof RemoteFailure) return failedAt(done, err.step, err.detail)
    if (!late.aborted) throw err
    const last = done.at(-1)?.step
    const next = steps[last ? steps.indexOf(last) + 1 : 0] ?? 'read'
    return failedAt(
      done,
      next,
      `This was not done within ${timeoutMs / 1000} s. The server may be slow, or hold on to connections.`,
    )
  }
}

const failedAt = (done: ProbeStep[], step: Step, detail: string): Trial => ({
  ok: false,
  steps: [...done, { step, ok: false, detail }],
})
