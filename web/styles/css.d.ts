/** Style sheets are imported for what they do; Vite puts them into files of their own. */
declare module '*.css'
