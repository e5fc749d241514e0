// Something that is done on the server by a click or a form: what it changes is read anew, what came of it is said.

import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query'
import { say, sayFailure } from './actions.tsx'

type Outcome<Input, Output> = {
  /** How the keys begin of what must be read anew. */
  touches?: QueryKey[]
  /** Said when it is done. */
  done?: string
  onDone?: (answer: Output, input: Input) => void
  /** The form itself shows what went wrong. */
  isQuiet?: boolean
}

export function useAct<Input = void, Output = unknown>(
  run: (input: Input) => Promise<Output>,
  { touches = [], done, onDone, isQuiet = false }: Outcome<Input, Output>,
) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: run,
    onSuccess(answer, input) {
      for (const queryKey of touches) void client.invalidateQueries({ queryKey })
      if (done) say(done)
      onDone?.(answer, input)
    },
    onError: (error) => isQuiet || sayFailure(error),
  })
}
