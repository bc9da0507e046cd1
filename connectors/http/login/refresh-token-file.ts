import { readFile, rename, writeFile } from 'node:fs/promises';

/** A refresh token that lives in a file, since it must outlive the process and be nowhere else. */
export interface RefreshTokenFile {
  /** Throws Error with what was expected where there is none. */
  read(): Promise<string>;
  /**
   * Puts another token in its place: the file holds the old one or the new one, never half of it. Throws Error where
   * that cannot be done.
   */
  replace(token: string): Promise<void>;
}

export function createRefreshTokenFile(file: string): RefreshTokenFile {
  return {
    async read() {
      const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        throw new Error(`expected a refresh token in ${file} (auth.refreshTokenFile), got ${error.code ?? 'no file'}`);
      });
      const token = text.trim();
      if (token === '') throw new Error(`expected a refresh token in ${file} (auth.refreshTokenFile), got nothing`);
      return token;
    },
    async replace(token) {
      const next = `${file}.${process.pid}.new`;
      try {
        await writeFile(next, `${token}\n`, { mode: 0o600 });
        await rename(next, file);
      } catch (error) {
        const reason = (error as NodeJS.ErrnoException).code ?? 'it failed';
        throw new Error(
          `the source gave a new refresh token, and it could not be kept in ${file} (${reason}): make its folder writable, log in anew, and put the refresh token there`,
        );
      }
    },
  };
}
