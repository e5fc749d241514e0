// Something that is done on the server by a click: what it changes is read anew, what went wrong is said.

import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { asFailure } from '../../../api/failure.ts'

type Options<Input, Output> = {
  /** How the keys begin of what must be read anew. What is taken away is not among it: it would be asked for in vain. */
  touches: (string | string[])[]
  /** Said when it is done. */
  done?: string
  onDone?: (answer: Output, input: Input) => void
  /** The place itself says what went wrong. */
  isQuiet?: boolean
}

export function useAct<Input = void, Output = unknown>(
  run: (input: Input) => Promise<Output>,
  { touches, done, onDone, isQuiet }: Options<Input, Output>,
) {
  const client = useQueryClient()
  const { t } = useTranslation()
  return useMutation({
    mutationFn: run,
    onSuccess(answer, input) {
      for (const key of touches) void client.invalidateQueries({ queryKey: [key].flat() })
      if (done) notifications.show({ message: done })
      onDone?.(answer, input)
    },
    onError(error) {
      if (isQuiet) return
      const { message } = asFailure(error)
      notifications.show({ color: 'red', title: t('state.failed'), message })
    },
  })
}
