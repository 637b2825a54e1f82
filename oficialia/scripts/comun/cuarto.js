// The room of the key, from outside: one question at a time, and the end of it. Neither key nor password is kept here.
import { Fault } from "./falla.js";

export class Room {
  /** `program`: its address, and its digest, without which it is not started. */
  static async open({ address, integrity }) {
    await fetch(address, { integrity, credentials: "omit", cache: "force-cache" });
    return new Room(new Worker(address));
  }

  constructor(worker) {
    this.worker = worker;
  }

  /** Hands in certificate, key file and password; `file` is gone from here with it. */
  enter(certificate, file, password) {
    return this.ask({ order: "abrir", certificate, file, password }, [file.buffer]);
  }

  signDocument(document, chosen) {
    return this.ask({ order: "documento", document, chosen }, [document.buffer]);
  }

  greet(challenge) {
    return this.ask({ order: "buzon", challenge }, []);
  }

  close() {
    this.worker.terminate();
  }

  ask(question, handed) {
    return new Promise((resolve, reject) => {
      this.worker.onmessage = ({ data }) => (data.fault ? reject(new Fault(data.fault)) : resolve(data.signature));
      this.worker.onerror = () => reject(new Fault("falla"));
      this.worker.postMessage(question, handed);
    });
  }
}
