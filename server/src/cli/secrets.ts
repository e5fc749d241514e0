// The command `secrets rewrap`: brings what is stored under the present keys, while the server runs or stands still.

import { Problem } from '../platform/problem.ts'
import { type OperatorCommand, operatorActor, readArguments } from './operator.ts'

export const secretCommands: Record<string, OperatorCommand> = {
  rewrap: {
    does: 'bring stored secrets under the present key; --data: with new data keys, so that every value is sealed anew',
    usage: '[--data]',
    async run({ keyring, print, note }, args) {
      const { switches } = readArguments(args, { switches: ['data'] })
      const watcher = {
        actor: operatorActor,
        warn: (err: unknown, what: string) => note(`${what}: ${(err as Error).message}`),
        progress: (step: string, { done, failed }: { done: number; failed: number }) =>
          note(`${step}: ${done} so far${failed > 0 ? `, ${failed} failed` : ''}`),
      }
      if (switches.has('data')) print(`New data keys: ${await keyring.renew(watcher)}`)
      const { wrapped, sealed, removed } = await keyring.rewrap(watcher)
      print(`Data keys wrapped with ${keyring.present}: ${wrapped.done}`)
      print(`Values sealed anew: ${sealed.done}`)
      print(`Data keys removed that nothing needs: ${removed}`)
      const failed = wrapped.failed + sealed.failed
      if (failed > 0) {
        const detail = `${failed} could not be opened and stay as they are. Keep the previous key, mend the cause, and run this again.`
        throw new Problem('unavailable', 'rewrap_incomplete', detail)
      }
      print('Nothing needs INDABA_SECRET_KEY_PREVIOUS any more.')
    },
  },
}
