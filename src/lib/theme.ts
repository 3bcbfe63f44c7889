import { create } from 'zustand'
import { persist } from 'zustand/middleware'

export type ThemeChoice = 'system' | 'light' | 'dark'

interface ThemeState {
  choice: ThemeChoice
  setChoice: (choice: ThemeChoice) => void
}

function show(choice: ThemeChoice): void {
  if (choice === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = choice
}

/** Stored under the key that the script in index.html reads before the first paint. */
export const useTheme = create<ThemeState>()(
  persist(
    (set) => ({
      choice: 'system',
      setChoice: (choice) => {
        show(choice)
        set({ choice })
      },
    }),
    { name: 'datasync-theme', partialize: ({ choice }) => ({ choice }), onRehydrateStorage: () => (state) => show(state?.choice ?? 'system') },
  ),
)
