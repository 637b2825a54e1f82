-- runuser -u postgres -- psql -f postgresql.sql
-- Cada usuario del sistema entra como sí mismo, sin contraseña («peer»). El dueño de las tablas es «oficialia», que las
-- crea y actualiza; los demás leen, añaden y cambian, y no pueden borrar ni una fila.
CREATE ROLE oficialia LOGIN;
CREATE ROLE "oficialia-web" LOGIN;
CREATE ROLE "oficialia-sello" LOGIN;
CREATE ROLE "oficialia-libro" LOGIN;
CREATE DATABASE oficialia OWNER oficialia ENCODING 'UTF8' TEMPLATE template0;
REVOKE CONNECT ON DATABASE oficialia FROM PUBLIC;
GRANT CONNECT ON DATABASE oficialia TO "oficialia-web", "oficialia-sello", "oficialia-libro";
\connect oficialia
ALTER DEFAULT PRIVILEGES FOR ROLE oficialia IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE ON TABLES TO "oficialia-web", "oficialia-sello", "oficialia-libro";
ALTER DEFAULT PRIVILEGES FOR ROLE oficialia IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO "oficialia-web", "oficialia-sello", "oficialia-libro";
