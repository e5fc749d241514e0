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
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/v1': server, '/uploads': server } },
})
