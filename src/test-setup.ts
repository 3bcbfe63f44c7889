import { cleanup, configure } from '@testing-library/react'
import { afterEach } from 'vitest'

// A second, its default, is short on a machine that does something else as well.
configure({ asyncUtilTimeout: 15_000 })
afterEach(cleanup)
