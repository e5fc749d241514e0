import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Where `npm start` serves the API while pages are being written. */
const server = process.env.INDABA_URL ?? 'http://127.0.0.1:8080'

// biome-ignore lint/style/noDefaultExport: Vite asks for it
export default defineConfig({
  base: '/app/',
  plugins: [react()],
  build: {
    target: 'es2023',
    sourcemap: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      output: {
        // What pages share would be named after all of them.
        chunkFileNames: ({ name }) => `assets/${name.split('~')[0]}-[hash].js`,
        codeSplitting: {
          // Few files: browsers fetch six at a time, and on a slow line each waits for its turn.
          groups: [
            { name: 'frame', tags: ['$initial'] },
            { name: 'shared', minShareCount: 2, entriesAware: true, entriesAwareMergeThreshold: 2000 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/v1': server, '/uploads': server } },
})
