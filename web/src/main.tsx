// The page begins here: looks, words, queries, and the router that shows the rest.

import { MantineProvider } from '@mantine/core'
import { ModalsProvider } from '@mantine/modals'
import { Notifications } from '@mantine/notifications'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { createRoot } from 'react-dom/client'
import { asFailure } from './api/failure.ts'
import { makeRouter } from './router.tsx'
import { startWords } from './strings/strings.ts'
import { theme, variables } from './theme.ts'
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'

const retriesMax = 3
const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // The server may be in the same building: whether there is an internet says nothing about it.
      networkMode: 'always',
      // What the server has refused it refuses again; what did not arrive may arrive.
      retry: (times, error) => times < retriesMax && ['offline', 'server', 'limited'].includes(asFailure(error).kind),
    },
    mutations: { networkMode: 'always' },
  },
})

// The server has newer pages than this window: parts of the old ones are gone.
addEventListener('vite:preloadError', () => location.reload())

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''
// What keeps the page still behind a dialog writes a style sheet of its own, and looks for the nonce here.
Object.assign(globalThis, { __webpack_nonce__: nonce })
const place = document.getElementById('root')
if (!place) throw new Error('index.html has no place for the page.')

const ready = startWords()
const router = makeRouter(client)
await ready
createRoot(place).render(
  <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto" getStyleNonce={() => nonce}>
    <QueryClientProvider client={client}>
      <ModalsProvider>
        <Notifications position="bottom-right" />
        <RouterProvider router={router} />
      </ModalsProvider>
    </QueryClientProvider>
  </MantineProvider>,
)
