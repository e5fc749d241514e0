// Whoever leaves with something unsent is asked first, also by the browser's own way back.

import { useBlocker } from '@tanstack/react-router'
import { useRef } from 'react'
import { mayLeave } from './actions.tsx'

/** What it returns takes the form away, and asks first where something is unsent. */
export function useLeaveGuard(isUnsent: boolean): (leave: () => void) => Promise<void> {
  const isLeaving = useRef(false)
  useBlocker({
    disabled: !isUnsent,
    enableBeforeUnload: isUnsent,
    shouldBlockFn: async () => !isLeaving.current && !(await mayLeave()),
  })
  return async (leave) => {
    if (isUnsent && !(await mayLeave())) return
    // The address may hold that the form is open: nobody is asked twice.
    isLeaving.current = true
    leave()
  }
}
